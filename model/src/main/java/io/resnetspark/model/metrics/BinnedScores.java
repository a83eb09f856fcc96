package io.resnetspark.model.metrics;

/**
 * Histograms of the scores: 1,024 equal bins of the log-odds from -32 to 32 per class (probabilities from 1e-14 to
 * 1 - 1e-14; what lies outside counts in the outermost bins). Scores in one bin count as ties, so an area under the ROC
 * curve is off by at most half the share of (positive, negative) pairs that fall into a common bin, which is 1/16 wide.
 */
public final class BinnedScores implements Scores {

    private static final long serialVersionUID = 1L;

    static final int BINS = 1024;
    private static final float LIMIT = 32f;

    private final int classes;
    /** Counts {@code [class][bin]}. */
    private final long[][] positives;

    private final long[][] negatives;

    public BinnedScores(int classes) {
        this.classes = classes;
        this.positives = new long[classes][BINS];
        this.negatives = new long[classes][BINS];
    }

    @Override
    public void add(ScoredExample example) {
        if (example.classes() != classes) {
            throw new IllegalArgumentException("%d scores for %d classes".formatted(example.classes(), classes));
        }
        for (int k = 0; k < classes; k++) {
            long[] counts = example.label() == k ? positives[k] : negatives[k];
            counts[bin(example.logOdds(k))]++;
        }
    }

    @Override
    public void merge(Scores other) {
        if (!(other instanceof BinnedScores binned) || binned.classes != classes) {
            throw new IllegalArgumentException(
                    "binned scores of %d classes merge only with their like".formatted(classes));
        }
        for (int k = 0; k < classes; k++) {
            for (int bin = 0; bin < BINS; bin++) {
                positives[k][bin] += binned.positives[k][bin];
                negatives[k][bin] += binned.negatives[k][bin];
            }
        }
    }

    @Override
    public RankCurve curve(int k) {
        return curve(k, k + 1);
    }

    @Override
    public RankCurve pooled() {
        return curve(0, classes);
    }

    @Override
    public int classes() {
        return classes;
    }

    private RankCurve curve(int firstClass, int endClass) {
        RankCurve.Builder curve = new RankCurve.Builder();
        for (int bin = BINS - 1; bin >= 0; bin--) {
            long positive = 0;
            long negative = 0;
            for (int k = firstClass; k < endClass; k++) {
                positive += positives[k][bin];
                negative += negatives[k][bin];
            }
            if (positive + negative > 0) {
                curve.next(lowerEdge(bin), positive, negative);
            }
        }
        return curve.build();
    }

    private static int bin(float logOdds) {
        int bin = (int) Math.floor((logOdds + LIMIT) * (BINS / (2 * LIMIT)));
        return Math.max(0, Math.min(BINS - 1, bin));
    }

    private static float lowerEdge(int bin) {
        return bin * (2 * LIMIT / BINS) - LIMIT;
    }
}
