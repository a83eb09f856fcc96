package io.resnetspark.model.metrics;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whether confidence means what it says: examples binned by the probability of their predicted class, in equal bins
 * {@code ((b - 1) / B, b / B]}. Guo et al. 2017, arXiv:1706.04599, eq. 2 to 5.
 */
public final class Calibration implements Serializable {

    private static final long serialVersionUID = 1L;

    /** The number of bins of Guo et al. */
    public static final int STANDARD_BINS = 15;

    private final long[] hits;
    private final ExactSum[] confidence;

    public Calibration(int bins) {
        if (bins < 1) {
            throw new IllegalArgumentException("bins must be at least 1, not " + bins);
        }
        hits = new long[bins];
        confidence = Stream.generate(ExactSum::new).limit(bins).toArray(ExactSum[]::new);
    }

    public void add(ScoredExample example) {
        add(example.confidence(), example.correct() ? 1 : 0);
    }

    private void add(double probability, int hit) {
        int bin = Math.min(bins(), Math.max(1, (int) Math.ceil(probability * bins()))) - 1;
        hits[bin] += hit;
        confidence[bin].add(probability);
    }

    public void merge(Calibration other) {
        if (other.bins() != bins()) {
            throw new IllegalArgumentException("%d bins cannot merge with %d".formatted(bins(), other.bins()));
        }
        for (int bin = 0; bin < bins(); bin++) {
            hits[bin] += other.hits[bin];
            confidence[bin].merge(other.confidence[bin]);
        }
    }

    public int bins() {
        return hits.length;
    }

    /** Expected calibration error: mean gap between confidence and accuracy, weighted by examples; NaN without any. */
    public double expectedError() {
        long examples = Arrays.stream(confidence).mapToLong(ExactSum::count).sum();
        double error = 0;
        for (int bin = 0; bin < bins(); bin++) {
            error += Math.abs(hits[bin] - confidence[bin].total());
        }
        return error / examples;
    }

    /** The largest gap of any bin that has examples; NaN without any. */
    public double maximumError() {
        return reliability().stream()
                .filter(bin -> bin.examples() > 0)
                .mapToDouble(bin -> Math.abs(bin.accuracy() - bin.confidence()))
                .max()
                .orElse(Double.NaN);
    }

    /** One point of the reliability diagram per bin, by rising confidence. */
    public List<Bin> reliability() {
        List<Bin> points = new ArrayList<>();
        for (int bin = 0; bin < bins(); bin++) {
            long examples = confidence[bin].count();
            points.add(new Bin(
                    (double) bin / bins(),
                    (bin + 1.0) / bins(),
                    examples,
                    confidence[bin].mean(),
                    (double) hits[bin] / examples,
                    Interval.wilson(hits[bin], examples)));
        }
        return points;
    }

    /**
     * One bin of the reliability diagram.
     *
     * @param low confidence above this
     * @param high up to and including this
     * @param confidence mean confidence, NaN in an empty bin
     * @param accuracy share of hits, NaN in an empty bin
     * @param accuracyCi95 Wilson interval of the accuracy
     */
    public record Bin(
            double low, double high, long examples, double confidence, double accuracy, Interval accuracyCi95) {}
}
