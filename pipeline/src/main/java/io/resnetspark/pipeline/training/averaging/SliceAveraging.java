package io.resnetspark.pipeline.training.averaging;

import io.resnetspark.pipeline.training.averaging.SlicePlan.RunningStatistics;
import io.resnetspark.pipeline.training.averaging.SlicePlan.Slice;
import io.resnetspark.pipeline.training.worker.WorkerReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Averages one slice over all workers, weighted by the images each trained. Sums are in double precision and in the order
 * of the workers, so that the result does not depend on which executor sent what first. Workers that agree average to
 * exactly what they agree on.
 */
public final class SliceAveraging {

    private SliceAveraging() {}

    static AveragedSlice average(Slice slice, Iterable<SlicePart> unordered) {
        List<SlicePart> parts = new ArrayList<>();
        unordered.forEach(parts::add);
        parts.sort(Comparator.comparingInt(SlicePart::worker));
        List<WorkerReport> reports =
                parts.stream().flatMap(part -> part.report().stream()).toList();

        List<SlicePart> trained =
                parts.stream().filter(part -> part.examples() > 0).toList();
        if (trained.size() == 1) {
            return new AveragedSlice(slice.number(), trained.get(0).vectors(), reports);
        }
        double[] weights = weights(trained);
        int vectors = trained.get(0).vectors().length;
        float[][] averaged = new float[vectors][slice.length()];
        for (int vector = 0; vector < vectors; vector++) {
            mean(trained, weights, vector, averaged[vector]);
        }
        for (RunningStatistics statistics : slice.statistics()) {
            poolVariances(trained, weights, statistics, averaged[0]);
        }
        return new AveragedSlice(slice.number(), averaged, reports);
    }

    private static double[] weights(List<SlicePart> parts) {
        double total = parts.stream().mapToLong(SlicePart::examples).sum();
        return parts.stream().mapToDouble(part -> part.examples() / total).toArray();
    }

    /** Written as the first worker's value plus weighted differences, so that equal values stay exactly equal. */
    private static void mean(List<SlicePart> parts, double[] weights, int vector, float[] result) {
        float[] first = parts.get(0).vectors()[vector];
        for (int i = 0; i < result.length; i++) {
            double origin = first[i];
            double offset = 0;
            for (int k = 1; k < weights.length; k++) {
                offset += weights[k] * (parts.get(k).vectors()[vector][i] - origin);
            }
            result[i] = (float) (origin + offset);
        }
    }

    /** Variance within the workers plus variance between their means. */
    private static void poolVariances(
            List<SlicePart> parts, double[] weights, RunningStatistics statistics, float[] result) {
        for (int channel = 0; channel < statistics.channels(); channel++) {
            int meanAt = statistics.mean() + channel;
            int varianceAt = statistics.variance() + channel;
            double pooledMean = 0;
            for (int k = 0; k < weights.length; k++) {
                pooledMean += weights[k] * parts.get(k).vectors()[0][meanAt];
            }
            double between = 0;
            for (int k = 0; k < weights.length; k++) {
                double distance = parts.get(k).vectors()[0][meanAt] - pooledMean;
                between += weights[k] * distance * distance;
            }
            result[varianceAt] += (float) between;
        }
    }
}
