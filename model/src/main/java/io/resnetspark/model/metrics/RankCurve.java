package io.resnetspark.model.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a falling threshold lets through: cumulative true and false positives at every distinct score. ROC and
 * precision-recall curves are two views of it. Examples with equal scores pass together, as one step.
 */
public final class RankCurve {

    private final float[] logOdds;
    private final long[] truePositives;
    private final long[] falsePositives;

    private RankCurve(float[] logOdds, long[] truePositives, long[] falsePositives) {
        this.logOdds = logOdds;
        this.truePositives = truePositives;
        this.falsePositives = falsePositives;
    }

    public long positives() {
        return last(truePositives);
    }

    public long negatives() {
        return last(falsePositives);
    }

    /**
     * Area under the ROC curve: the probability that a random positive scores above a random negative, ties counting
     * half (Hanley and McNeil 1982). NaN without positives or without negatives.
     */
    public double rocAuc() {
        // Twice the area in units of one (positive, negative) pair stays an integer: no rounding before the division.
        long doubledArea = 0;
        long tpBefore = 0;
        long fpBefore = 0;
        for (int i = 0; i < logOdds.length; i++) {
            doubledArea += (falsePositives[i] - fpBefore) * (tpBefore + truePositives[i]);
            tpBefore = truePositives[i];
            fpBefore = falsePositives[i];
        }
        return doubledArea / (2.0 * positives() * negatives());
    }

    /**
     * Average precision, the sum of precision times the step in recall (scikit-learn's definition: no interpolation,
     * which would be too kind). NaN without positives.
     */
    public double averagePrecision() {
        double sum = 0;
        long tpBefore = 0;
        for (int i = 0; i < logOdds.length; i++) {
            long step = truePositives[i] - tpBefore;
            if (step > 0) {
                sum += step * ((double) truePositives[i] / (truePositives[i] + falsePositives[i]));
            }
            tpBefore = truePositives[i];
        }
        return sum / positives();
    }

    /**
     * The curve in at most {@code limit} points, the corners of the ROC polygon kept evenly along its length; the last
     * point lets everything through. Empty without positives or without negatives.
     *
     * @param limit at least 2
     */
    public List<Point> points(int limit) {
        List<Point> kept = new ArrayList<>();
        if (positives() == 0 || negatives() == 0) {
            return kept;
        }
        double stride = 2.0 / (limit - 1);
        double next = 0;
        for (int i = 0; i < logOdds.length; i++) {
            double travelled = (double) truePositives[i] / positives() + (double) falsePositives[i] / negatives();
            if (travelled >= next || i == logOdds.length - 1) {
                kept.add(point(i));
                next = (Math.floor(travelled / stride) + 1) * stride;
            }
        }
        return kept;
    }

    private Point point(int i) {
        return new Point(
                1 / (1 + Math.exp(-logOdds[i])),
                (double) falsePositives[i] / negatives(),
                (double) truePositives[i] / positives(),
                (double) truePositives[i] / (truePositives[i] + falsePositives[i]));
    }

    private static long last(long[] cumulative) {
        return cumulative.length == 0 ? 0 : cumulative[cumulative.length - 1];
    }

    /**
     * One threshold.
     *
     * @param threshold lowest probability that passes
     * @param falsePositiveRate share of the negatives that pass
     * @param recall share of the positives that pass (the true-positive rate)
     * @param precision share of positives among what passes
     */
    public record Point(double threshold, double falsePositiveRate, double recall, double precision) {}

    /** Collects the steps by falling score. */
    static final class Builder {

        private int size;
        private float[] logOdds = new float[64];
        private long[] truePositives = new long[64];
        private long[] falsePositives = new long[64];

        void next(float score, long positives, long negatives) {
            if (size == logOdds.length) {
                logOdds = Arrays.copyOf(logOdds, 2 * size);
                truePositives = Arrays.copyOf(truePositives, 2 * size);
                falsePositives = Arrays.copyOf(falsePositives, 2 * size);
            }
            logOdds[size] = score;
            truePositives[size] = positives + (size == 0 ? 0 : truePositives[size - 1]);
            falsePositives[size] = negatives + (size == 0 ? 0 : falsePositives[size - 1]);
            size++;
        }

        RankCurve build() {
            return new RankCurve(
                    Arrays.copyOf(logOdds, size),
                    Arrays.copyOf(truePositives, size),
                    Arrays.copyOf(falsePositives, size));
        }
    }
}
