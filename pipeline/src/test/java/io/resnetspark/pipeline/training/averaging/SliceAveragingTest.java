package io.resnetspark.pipeline.training.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.pipeline.training.averaging.SlicePlan.RunningStatistics;
import io.resnetspark.pipeline.training.averaging.SlicePlan.Slice;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SliceAveragingTest {

    private static SlicePart part(int worker, long examples, float[]... vectors) {
        return new SlicePart(worker, examples, vectors, List.of());
    }

    private static float[] random(SplittableRandom random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (random.nextDouble() * 20 - 10);
        }
        return values;
    }

    @Test
    void weighsWorkersByTheirImages() {
        Slice slice = new Slice(0, 0, 2, List.of());
        AveragedSlice averaged = SliceAveraging.average(
                slice,
                List.of(
                        part(0, 30, new float[] {1, 10}, new float[] {0, 4}),
                        part(1, 10, new float[] {5, 30}, new float[] {8, 4})));
        assertThat(averaged.vectors()[0]).containsExactly(2, 15);
        assertThat(averaged.vectors()[1]).containsExactly(2, 4);
    }

    @Test
    void identicalWorkersAverageToThemselves() {
        SplittableRandom random = new SplittableRandom(3);
        float[] parameters = random(random, 100);
        float[] velocity = random(random, 100);
        Slice slice = new Slice(0, 0, 100, List.of(new RunningStatistics(10, 20, 10)));
        AveragedSlice averaged = SliceAveraging.average(
                slice,
                List.of(
                        part(2, 7, parameters.clone(), velocity.clone()),
                        part(0, 13, parameters.clone(), velocity.clone()),
                        part(1, 1, parameters.clone(), velocity.clone())));
        assertThat(averaged.vectors()[0]).isEqualTo(parameters);
        assertThat(averaged.vectors()[1]).isEqualTo(velocity);
    }

    @Test
    void theOrderOfArrivalDoesNotMatter() {
        SplittableRandom random = new SplittableRandom(4);
        List<SlicePart> parts =
                List.of(part(0, 5, random(random, 50)), part(1, 9, random(random, 50)), part(2, 2, random(random, 50)));
        Slice slice = new Slice(0, 0, 50, List.of());
        AveragedSlice forward = SliceAveraging.average(slice, parts);
        AveragedSlice backward = SliceAveraging.average(slice, List.of(parts.get(2), parts.get(1), parts.get(0)));
        assertThat(backward.vectors()).isDeepEqualTo(forward.vectors());
    }

    @Test
    void workersWithoutImagesDoNotCount() {
        Slice slice = new Slice(0, 0, 1, List.of());
        AveragedSlice averaged = SliceAveraging.average(
                slice, List.of(part(0, 4, new float[] {3}), part(1, 0, new float[] {Float.NaN})));
        assertThat(averaged.vectors()[0]).containsExactly(3);
    }

    /** The oracle: mean and variance of all samples of all workers together. */
    @Test
    void runningStatisticsPoolAsTheStatisticsOfAllSamples() {
        SplittableRandom random = new SplittableRandom(5);
        int[] sizes = {40, 10, 25};
        double sum = 0;
        double squares = 0;
        int count = 0;
        List<SlicePart> parts = new java.util.ArrayList<>();
        for (int worker = 0; worker < sizes.length; worker++) {
            double workerSum = 0;
            double workerSquares = 0;
            for (int i = 0; i < sizes[worker]; i++) {
                double sample = random.nextDouble() * (worker + 1) + 3 * worker;
                workerSum += sample;
                workerSquares += sample * sample;
            }
            sum += workerSum;
            squares += workerSquares;
            count += sizes[worker];
            double mean = workerSum / sizes[worker];
            double variance = workerSquares / sizes[worker] - mean * mean;
            parts.add(part(worker, sizes[worker], new float[] {99, (float) mean, (float) variance}));
        }
        Slice slice = new Slice(0, 0, 3, List.of(new RunningStatistics(1, 2, 1)));
        AveragedSlice averaged = SliceAveraging.average(slice, parts);
        double mean = sum / count;
        assertThat(averaged.vectors()[0][1]).isCloseTo((float) mean, within(1e-5f));
        assertThat(averaged.vectors()[0][2]).isCloseTo((float) (squares / count - mean * mean), within(1e-4f));
    }
}
