package io.resnetspark.model.optim;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.layer.ParameterSpec;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import java.util.ArrayList;
import java.util.List;

/** The trained parts of the flat vector, neighbours of the same treatment joined, so that an update is a few long loops. */
record TrainedRanges(List<Range> ranges) {

    /**
     * @param decays whether weight decay applies
     * @param rateFactor factor on the learning rate, positive
     */
    record Range(int start, int end, boolean decays, float rateFactor) {

        private boolean continuesInto(ParameterLayout.Segment segment, boolean segmentDecays, float factor) {
            return end == segment.offset() && decays == segmentDecays && rateFactor == factor;
        }
    }

    static TrainedRanges of(ParameterLayout layout, DecayScope scope, RateFactors factors) {
        List<Range> ranges = new ArrayList<>();
        for (ParameterLayout.Segment segment : layout.segments()) {
            float factor = factors.of(segment);
            if (!segment.kind().trainable() || factor == RateFactors.KEEP) {
                continue;
            }
            boolean decays = scope == DecayScope.ALL || segment.kind() == ParameterSpec.Kind.WEIGHT;
            Range last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
            if (last != null && last.continuesInto(segment, decays, factor)) {
                ranges.set(ranges.size() - 1, new Range(last.start(), segment.end(), decays, factor));
            } else {
                ranges.add(new Range(segment.offset(), segment.end(), decays, factor));
            }
        }
        return new TrainedRanges(List.copyOf(ranges));
    }
}
