package io.resnetspark.model.metrics;

import java.util.Optional;

/**
 * Finds labels that are probably wrong by confident learning (Northcutt, Jiang and Chuang 2021, arXiv:1911.00068): an
 * example labelled i is suspect if it gives some other class j at least the probability that examples labelled j give j
 * on average. Most suspect are those with the lowest normalised margin, p(label) minus p(suggested).
 */
public final class LabelSuspicion {

    private LabelSuspicion() {}

    /**
     * @param thresholds per class, its {@linkplain ClassificationMetrics#selfConfidence self-confidence}
     * @return the class the example seems to belong to, or nothing if its label stands
     */
    public static Optional<Suspect> of(ScoredExample example, double[] thresholds) {
        int suggested = -1;
        for (int k = 0; k < example.classes(); k++) {
            // A class without examples has no threshold: NaN compares false.
            boolean confident = example.probability(k) >= thresholds[k];
            if (confident && (suggested < 0 || example.probability(k) > example.probability(suggested))) {
                suggested = k;
            }
        }
        if (suggested < 0 || suggested == example.label()) {
            return Optional.empty();
        }
        double margin = example.probability(example.label()) - example.probability(suggested);
        return margin < 0 ? Optional.of(new Suspect(suggested, margin)) : Optional.empty();
    }

    /**
     * @param suggested the class it seems to belong to
     * @param margin p(label) - p(suggested), from -1 (certain) up to 0
     */
    public record Suspect(int suggested, double margin) {}
}
