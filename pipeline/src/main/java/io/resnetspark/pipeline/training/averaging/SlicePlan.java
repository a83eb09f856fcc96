package io.resnetspark.pipeline.training.averaging;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.layer.ParameterSpec;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the flat parameter vector into slices that can be averaged apart: equally long, whatever layers they cut through,
 * except that a batch norm's running mean and its variance, which are pooled together, stay together.
 *
 * @param slices in order, without gaps
 */
public record SlicePlan(List<Slice> slices) implements Serializable {

    /**
     * @param statistics batch norms whose running statistics lie in this slice; offsets count from the slice's start
     */
    record Slice(int number, int start, int end, List<RunningStatistics> statistics) implements Serializable {
        int length() {
            return end - start;
        }
    }

    /** Where a batch norm keeps its running mean and variance, both of {@code channels} values. */
    record RunningStatistics(int mean, int variance, int channels) implements Serializable {}

    public static SlicePlan of(ParameterLayout layout, int wanted) {
        int target = Math.max(1, (layout.length() + wanted - 1) / wanted);
        List<Slice> slices = new ArrayList<>();
        List<RunningStatistics> statistics = new ArrayList<>();
        int start = 0;
        int mean = -1;
        for (ParameterLayout.Segment segment : layout.segments()) {
            if (segment.kind() == ParameterSpec.Kind.RUNNING_MEAN) {
                mean = segment.offset() - start;
                continue; // its variance follows
            }
            if (segment.kind() == ParameterSpec.Kind.RUNNING_VARIANCE) {
                statistics.add(new RunningStatistics(mean, segment.offset() - start, segment.length()));
            }
            while (segment.end() - start >= target || segment.end() == layout.length() && start < segment.end()) {
                boolean whole = segment.kind() == ParameterSpec.Kind.RUNNING_VARIANCE;
                int end = whole ? segment.end() : Math.min(segment.end(), start + target);
                slices.add(new Slice(slices.size(), start, end, List.copyOf(statistics)));
                statistics.clear();
                start = end;
            }
        }
        return new SlicePlan(List.copyOf(slices));
    }
}
