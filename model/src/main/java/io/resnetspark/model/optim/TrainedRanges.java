package io.resnetspark.model.optim;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.layer.ParameterSpec;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The trained parts of the flat vector, neighbours of the same treatment joined, so that an update is a few long loops. */
record TrainedRanges(List<Range> ranges) {

    /** @param decays whether weight decay applies */
    record Range(int start, int end, boolean decays) {}

    static TrainedRanges of(ParameterLayout layout, DecayScope scope, Set<String> keptVertices) {
        List<Range> ranges = new ArrayList<>();
        for (ParameterLayout.Segment segment : layout.segments()) {
            if (!segment.kind().trainable() || keptVertices.contains(segment.vertex())) {
                continue;
            }
            boolean decays = scope == DecayScope.ALL || segment.kind() == ParameterSpec.Kind.WEIGHT;
            Range last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
            if (last != null && last.end() == segment.offset() && last.decays() == decays) {
                ranges.set(ranges.size() - 1, new Range(last.start(), segment.end(), decays));
            } else {
                ranges.add(new Range(segment.offset(), segment.end(), decays));
            }
        }
        return new TrainedRanges(List.copyOf(ranges));
    }
}
