package io.resnetspark.model.metrics;

import java.util.Arrays;

/** Every score one by one, four bytes each: curves without any approximation. */
public final class ExactScores implements Scores {

    private static final long serialVersionUID = 1L;

    private final int classes;
    private int examples;
    private int[] labels = new int[16];
    /** Shape [examples, classes], row-major, with room at the end. */
    private float[] scores;

    public ExactScores(int classes) {
        this.classes = classes;
        this.scores = new float[16 * classes];
    }

    @Override
    public void add(ScoredExample example) {
        if (example.classes() != classes) {
            throw new IllegalArgumentException("%d scores for %d classes".formatted(example.classes(), classes));
        }
        reserve(examples + 1);
        labels[examples] = example.label();
        for (int k = 0; k < classes; k++) {
            scores[examples * classes + k] = example.logOdds(k);
        }
        examples++;
    }

    @Override
    public void merge(Scores other) {
        if (!(other instanceof ExactScores exact) || exact.classes != classes) {
            throw new IllegalArgumentException(
                    "exact scores of %d classes merge only with their like".formatted(classes));
        }
        reserve(examples + exact.examples);
        System.arraycopy(exact.labels, 0, labels, examples, exact.examples);
        System.arraycopy(exact.scores, 0, scores, examples * classes, exact.examples * classes);
        examples += exact.examples;
    }

    @Override
    public RankCurve curve(int k) {
        long[] keys = new long[examples];
        for (int i = 0; i < examples; i++) {
            keys[i] = key(scores[i * classes + k], labels[i] == k);
        }
        return sweep(keys);
    }

    @Override
    public RankCurve pooled() {
        long[] keys = new long[examples * classes];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = key(scores[i], labels[i / classes] == i % classes);
        }
        return sweep(keys);
    }

    @Override
    public int classes() {
        return classes;
    }

    private void reserve(int wanted) {
        if (wanted > labels.length) {
            int capacity = Math.max(wanted, labels.length * 2);
            labels = Arrays.copyOf(labels, capacity);
            scores = Arrays.copyOf(scores, Math.multiplyExact(capacity, classes));
        }
    }

    /** A long that sorts as the score does, with the truth in its lowest bit: sorting primitives is several times faster. */
    private static long key(float score, boolean positive) {
        int bits = Float.floatToIntBits(score + 0f);
        int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
        return ((long) ordered << 1) | (positive ? 1 : 0);
    }

    private static float score(long key) {
        int ordered = (int) (key >> 1);
        return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & Integer.MAX_VALUE));
    }

    private static RankCurve sweep(long[] keys) {
        Arrays.sort(keys);
        RankCurve.Builder curve = new RankCurve.Builder();
        for (int i = keys.length - 1; i >= 0; ) {
            long threshold = keys[i] >> 1;
            long positives = 0;
            long negatives = 0;
            int group = i;
            for (; i >= 0 && keys[i] >> 1 == threshold; i--) {
                if ((keys[i] & 1) == 1) {
                    positives++;
                } else {
                    negatives++;
                }
            }
            curve.next(score(keys[group]), positives, negatives);
        }
        return curve.build();
    }
}
