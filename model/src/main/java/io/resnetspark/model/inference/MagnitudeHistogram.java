package io.resnetspark.model.inference;

import java.util.Arrays;

/**
 * Counts values by their magnitude, in bins whose width doubles whenever a larger value comes. It depends on the values
 * alone, not on the order or the batches in which they came.
 */
final class MagnitudeHistogram {

    private static final int BINS = 4096;
    private static final double NARROWEST = 0x1p-30;

    private final long[] counts = new long[BINS];
    private double width = NARROWEST;
    private double largest;

    /** Counts values other than zero, which every quantisation represents. */
    void add(float[] values, int length) {
        for (int i = 0; i < length; i++) {
            double magnitude = Math.abs(values[i]);
            if (magnitude > 0 && magnitude < Double.POSITIVE_INFINITY) {
                largest = Math.max(largest, magnitude);
                while (magnitude >= BINS * width) {
                    widen();
                }
                counts[(int) (magnitude / width)]++;
            }
        }
    }

    private void widen() {
        for (int i = 0; i < BINS / 2; i++) {
            counts[i] = counts[2 * i] + counts[2 * i + 1];
        }
        Arrays.fill(counts, BINS / 2, BINS, 0);
        width *= 2;
    }

    /**
     * The range whose quantisation has the least mean squared error: what lies within is rounded, with the error of a
     * uniform distribution over a step, and what lies outside is clipped.
     *
     * @param steps from zero to the end of the range
     * @return 1 if there were no values but zero
     */
    float bestRange(int steps) {
        if (largest == 0) {
            return 1;
        }
        double outside = 0;
        double outsideSum = 0;
        double outsideSquares = 0;
        long inside = 0;
        for (long count : counts) {
            inside += count;
        }
        double best = largest;
        double leastError = inside * square(largest / steps) / 12;
        for (int i = BINS - 1; i > 0; i--) {
            double middle = (i + 0.5) * width;
            outside += counts[i];
            outsideSum += counts[i] * middle;
            outsideSquares += counts[i] * square(middle);
            inside -= counts[i];
            double range = i * width;
            double clipped = outsideSquares - 2 * range * outsideSum + square(range) * outside;
            double error = inside * square(range / steps) / 12 + clipped;
            if (range < largest && error < leastError) {
                leastError = error;
                best = range;
            }
        }
        return (float) best;
    }

    private static double square(double x) {
        return x * x;
    }
}
