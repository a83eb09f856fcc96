package io.resnetspark.model.metrics;

import java.io.Serializable;
import java.util.Arrays;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.apache.commons.math3.random.Well19937c;
import org.apache.commons.math3.special.Erf;

/** Two models on the same examples: who was right where the other was wrong. */
public final class PairedOutcomes implements Serializable {

    private static final long serialVersionUID = 1L;

    private long examples;
    private long onlyFirst;
    private long onlySecond;

    public void add(ScoredExample first, ScoredExample second) {
        if (first.label() != second.label()) {
            throw new IllegalArgumentException("outcomes of different examples");
        }
        examples++;
        if (first.correct() && !second.correct()) {
            onlyFirst++;
        } else if (second.correct() && !first.correct()) {
            onlySecond++;
        }
    }

    /** Counts known from elsewhere. */
    public static PairedOutcomes of(long examples, long onlyFirst, long onlySecond) {
        if (onlyFirst < 0 || onlySecond < 0 || onlyFirst + onlySecond > examples) {
            throw new IllegalArgumentException("%d + %d of %d".formatted(onlyFirst, onlySecond, examples));
        }
        PairedOutcomes outcomes = new PairedOutcomes();
        outcomes.examples = examples;
        outcomes.onlyFirst = onlyFirst;
        outcomes.onlySecond = onlySecond;
        return outcomes;
    }

    public void merge(PairedOutcomes other) {
        examples += other.examples;
        onlyFirst += other.onlyFirst;
        onlySecond += other.onlySecond;
    }

    public long examples() {
        return examples;
    }

    /** Examples that only the first model got right. */
    public long onlyFirst() {
        return onlyFirst;
    }

    /** Examples that only the second model got right. */
    public long onlySecond() {
        return onlySecond;
    }

    /** Top-1 of the second model minus top-1 of the first; NaN without examples. */
    public double difference() {
        return (double) (onlySecond - onlyFirst) / examples;
    }

    /**
     * McNemar's exact test: the two-sided binomial probability of so uneven a split of the examples on which the models
     * differ, were they equally good; 1 if they never differ.
     */
    public double exactPValue() {
        int discordant = Math.toIntExact(onlyFirst + onlySecond);
        if (discordant == 0) {
            return 1;
        }
        int fewer = (int) Math.min(onlyFirst, onlySecond);
        return Math.min(1, 2 * new BinomialDistribution(null, discordant, 0.5).cumulativeProbability(fewer));
    }

    /** McNemar's statistic with Edwards' continuity correction, chi-squared with one degree of freedom. */
    public double chiSquared() {
        long discordant = onlyFirst + onlySecond;
        double gap = Math.max(0, Math.abs(onlyFirst - onlySecond) - 1);
        return discordant == 0 ? 0 : gap * gap / discordant;
    }

    /** The approximate p-value of {@link #chiSquared}; trust {@link #exactPValue} below some 25 discordant examples. */
    public double chiSquaredPValue() {
        return Erf.erfc(Math.sqrt(chiSquared() / 2));
    }

    /**
     * Percentile bootstrap interval (95 %) of the difference over resampled examples. Because an example contributes
     * +1, 0 or -1, a resample is one draw of a multinomial distribution, so the interval depends on the counts and the
     * seed alone.
     */
    public Interval bootstrapInterval(int resamples, long seed) {
        if (examples == 0) {
            return Interval.UNDEFINED;
        }
        int n = Math.toIntExact(examples);
        Well19937c random = new Well19937c(seed);
        double shareSecond = (double) onlySecond / n;
        // Drawn as "only first" given "not only second"; the rest of the multinomial is the ties.
        double shareFirstOfRest = onlySecond == n ? 0 : Math.min(1, (double) onlyFirst / (n - onlySecond));
        BinomialDistribution second = new BinomialDistribution(random, n, shareSecond);
        double[] differences = new double[resamples];
        for (int i = 0; i < resamples; i++) {
            int wins = second.sample();
            int losses = new BinomialDistribution(random, n - wins, shareFirstOfRest).sample();
            differences[i] = (double) (wins - losses) / n;
        }
        Arrays.sort(differences);
        return new Interval(quantile(differences, 0.025), quantile(differences, 0.975));
    }

    private static double quantile(double[] sorted, double level) {
        return sorted[(int) Math.round(level * (sorted.length - 1))];
    }
}
