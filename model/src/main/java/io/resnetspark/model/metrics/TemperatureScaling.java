package io.resnetspark.model.metrics;

import java.util.List;

/**
 * One number that divides all logits so that confidence matches accuracy (Guo et al. 2017, arXiv:1706.04599, section
 * 4.2). Fitted on held-out examples, never on those it is judged by. The order of
 * the classes stays, except that logits next to each other in float precision may become equal.
 */
public final class TemperatureScaling {

    private static final int ITERATIONS = 100;

    private TemperatureScaling() {}

    /**
     * The temperature with the lowest cross-entropy, between 0.01 and 100. Cross-entropy is convex in the inverse
     * temperature; its derivative is bisected there.
     *
     * @param logits one row of finite logits per example
     * @param labels the true class of each row
     */
    public static double fit(List<float[]> logits, int[] labels) {
        if (logits.isEmpty() || logits.size() != labels.length) {
            throw new IllegalArgumentException("%d rows of logits, %d labels".formatted(logits.size(), labels.length));
        }
        double low = 0.01;
        double high = 100;
        for (int i = 0; i < ITERATIONS; i++) {
            double inverse = Math.sqrt(low * high);
            if (slope(logits, labels, inverse) > 0) {
                high = inverse;
            } else {
                low = inverse;
            }
        }
        return 1 / Math.sqrt(low * high);
    }

    /** Logits over temperature. */
    public static float[] apply(float[] logits, double temperature) {
        float[] scaled = new float[logits.length];
        for (int k = 0; k < logits.length; k++) {
            scaled[k] = (float) (logits[k] / temperature);
        }
        return scaled;
    }

    /** Derivative of the summed cross-entropy by the inverse temperature: expected logit minus true logit. */
    private static double slope(List<float[]> logits, int[] labels, double inverse) {
        double slope = 0;
        for (int i = 0; i < labels.length; i++) {
            float[] row = logits.get(i);
            double largest = Double.NEGATIVE_INFINITY;
            for (float logit : row) {
                largest = Math.max(largest, logit);
            }
            double weights = 0;
            double weighted = 0;
            for (float logit : row) {
                double weight = Math.exp((logit - largest) * inverse);
                weights += weight;
                weighted += weight * logit;
            }
            slope += weighted / weights - row[labels[i]];
        }
        return slope;
    }
}
