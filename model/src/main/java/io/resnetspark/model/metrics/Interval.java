package io.resnetspark.model.metrics;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * A two-sided 95 % confidence interval of a proportion, in units of 0..1; both ends are NaN where it is undefined.
 * In JSON it is the pair {@code [low, high]}.
 */
@JsonFormat(shape = JsonFormat.Shape.ARRAY)
@JsonPropertyOrder({"low", "high"})
public record Interval(double low, double high) {

    /** Of a proportion of nothing. */
    public static final Interval UNDEFINED = new Interval(Double.NaN, Double.NaN);

    /** The 0.975 quantile of the standard normal distribution. */
    private static final double Z = 1.959963984540054;

    /**
     * Wilson's score interval of a binomial proportion (Wilson 1927; Brown, Cai and DasGupta 2001, eq. 4). Unlike the
     * normal approximation it stays inside 0..1 and has a width for 0 or all successes.
     */
    public static Interval wilson(long successes, long trials) {
        if (successes < 0 || successes > trials) {
            throw new IllegalArgumentException("successes %d of %d trials".formatted(successes, trials));
        }
        if (trials == 0) {
            return UNDEFINED;
        }
        return wilson((double) successes / trials, trials);
    }

    /**
     * Wilson's score interval around a share that varies as much as a proportion of {@code n} trials.
     *
     * @param p 0..1
     * @param n positive, not necessarily whole
     */
    static Interval wilson(double p, double n) {
        double centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
        double half = Z / (1 + Z * Z / n) * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
        // The ends are exactly 0 and 1 in these cases; rounding would leave 1e-17.
        double low = p <= 0 ? 0 : centre - half;
        double high = p >= 1 ? 1 : centre + half;
        return new Interval(low, high);
    }

    /**
     * Interval of an F1 score by the "Wilson indirect" method of Lam, Gopal and Qian (2023, arXiv:2309.14621):
     * {@code J = TP / (TP + FP + FN)} is a binomial proportion, F1 = 2J / (1 + J) is a monotone function of it, and so
     * the ends of J's Wilson interval map to the ends of F1's.
     */
    public static Interval f1(long truePositives, long falsePositives, long falseNegatives) {
        Interval jaccard = wilson(truePositives, truePositives + falsePositives + falseNegatives);
        return new Interval(f1OfJaccard(jaccard.low), f1OfJaccard(jaccard.high));
    }

    private static double f1OfJaccard(double jaccard) {
        return 2 * jaccard / (1 + jaccard);
    }
}
