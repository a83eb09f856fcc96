package io.resnetspark.model.metrics;

import java.io.Serializable;

/**
 * Every example's score for every class, from which the one-vs-rest curves are drawn. The score is the
 * {@linkplain ScoredExample#logOdds log-odds}.
 *
 * <p>Which of the two to use must be decided from the size of the whole evaluation ({@link #forSize}), never from the
 * part one worker sees: kinds do not mix.
 */
public sealed interface Scores extends Serializable permits ExactScores, BinnedScores {

    /** Up to this many scores (32 MiB of floats) are kept one by one. */
    long EXACT_LIMIT = 8L << 20;

    /** Exact scores while they fit into modest memory, histograms beyond. */
    static Scores forSize(long examples, int classes) {
        return examples * classes <= EXACT_LIMIT ? new ExactScores(classes) : new BinnedScores(classes);
    }

    void add(ScoredExample example);

    /** @throws IllegalArgumentException if the other is of another kind or has another number of classes */
    void merge(Scores other);

    /** One-vs-rest curve of class k. */
    RankCurve curve(int k);

    /** The curve of all (example, class) pairs pooled: the micro average. */
    RankCurve pooled();

    int classes();
}
