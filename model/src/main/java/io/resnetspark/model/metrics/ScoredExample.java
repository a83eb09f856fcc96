package io.resnetspark.model.metrics;

/**
 * One labelled example and what the network said about it.
 *
 * <p>Ties are broken towards the lower class index everywhere: {@code predicted} is the first class with the largest
 * logit, and the rank of the true class counts every class with a larger logit and every lower-numbered class with an
 * equal one. So {@code rank() == 0} exactly when {@code predicted() == label()}.
 */
public final class ScoredExample {

    private final int label;
    private final int predicted;
    private final int rank;
    private final float[] logits;
    private final double logNormaliser;

    /**
     * @param label index of the true class
     * @param logits one finite number per class; not copied, and not to be changed afterwards
     * @throws IllegalArgumentException if a logit is not finite or the label is not a class
     */
    public ScoredExample(int label, float[] logits) {
        if (label < 0 || label >= logits.length) {
            throw new IllegalArgumentException("label %d of %d classes".formatted(label, logits.length));
        }
        int best = 0;
        int before = 0;
        for (int k = 0; k < logits.length; k++) {
            if (!Float.isFinite(logits[k])) {
                throw new IllegalArgumentException("logit of class %d is %s".formatted(k, logits[k]));
            }
            if (logits[k] > logits[best]) {
                best = k;
            }
            if (logits[k] > logits[label] || (logits[k] == logits[label] && k < label)) {
                before++;
            }
        }
        this.label = label;
        this.logits = logits;
        this.predicted = best;
        this.rank = before;
        this.logNormaliser = logits[best] + Math.log(sumOfExponentials(logits, logits[best], -1));
    }

    public int label() {
        return label;
    }

    public int predicted() {
        return predicted;
    }

    /** How many classes come before the true one: 0 is a hit, below 5 a top-5 hit. */
    public int rank() {
        return rank;
    }

    public int classes() {
        return logits.length;
    }

    public boolean correct() {
        return rank == 0;
    }

    /** Softmax probability of class k. */
    public double probability(int k) {
        return Math.exp(logits[k] - logNormaliser);
    }

    /** Softmax probability of the predicted class. */
    public double confidence() {
        return probability(predicted);
    }

    /** Cross-entropy in nats: minus the log of the true class's probability. */
    public double loss() {
        return logNormaliser - logits[label];
    }

    /**
     * Log-odds of class k against the rest, {@code log(p / (1 - p))}. Ranks examples as the probability does, but does
     * not saturate: confident examples that share the probability 1.0f keep their order.
     */
    public float logOdds(int k) {
        double probability = probability(k);
        double logOfRest;
        if (probability < 0.5) {
            logOfRest = Math.log1p(-probability);
        } else {
            // 1 - p would cancel; the rest is summed instead. At most two classes come here.
            double largest = Double.NEGATIVE_INFINITY;
            for (int other = 0; other < logits.length; other++) {
                if (other != k) {
                    largest = Math.max(largest, logits[other]);
                }
            }
            logOfRest = logits.length == 1
                    ? Double.NEGATIVE_INFINITY
                    : largest + Math.log(sumOfExponentials(logits, largest, k)) - logNormaliser;
        }
        return (float) (logits[k] - logNormaliser - logOfRest);
    }

    private static double sumOfExponentials(float[] logits, double shift, int excluded) {
        double sum = 0;
        for (int k = 0; k < logits.length; k++) {
            if (k != excluded) {
                sum += Math.exp(logits[k] - shift);
            }
        }
        return sum;
    }
}
