package io.resnetspark.pipeline.training.worker;

import java.util.SplittableRandom;

/**
 * Who trains which image when, for one epoch: a permutation of all images, fixed by (seed, epoch), cut into steps of one
 * minibatch per worker. Every image is used exactly once; the images of the last, short step are shared evenly.
 */
public final class EpochPlan {

    private final int[] order;
    private final int workers;
    private final int batchSize;

    /** @param batchSize images of one worker's minibatch */
    public EpochPlan(int examples, int workers, int batchSize, long seed, int epoch) {
        this.workers = workers;
        this.batchSize = batchSize;
        this.order = new int[examples];
        for (int i = 0; i < examples; i++) {
            order[i] = i;
        }
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + epoch);
        for (int i = examples - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
    }

    /** Steps of any epoch of so many images. */
    public static int steps(int examples, int workers, int batchSize) {
        long perStep = (long) workers * batchSize;
        return (int) ((examples + perStep - 1) / perStep);
    }

    public int steps() {
        return steps(order.length, workers, batchSize);
    }

    /** Images trained before a step. */
    long examplesBefore(int step) {
        return Math.min(order.length, (long) step * workers * batchSize);
    }

    /** Positions of the images of one worker's minibatch; empty if the last step has fewer images than workers. */
    public int[] batch(int step, int worker) {
        long stepStart = examplesBefore(step);
        long stepSize = examplesBefore(step + 1) - stepStart;
        int from = (int) (stepStart + stepSize * worker / workers);
        int to = (int) (stepStart + stepSize * (worker + 1) / workers);
        return java.util.Arrays.copyOfRange(order, from, to);
    }
}
