package io.resnetspark.pipeline.retrain.drift;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.stat.inference.ChiSquareTest;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;

/** Distances between two samples of which only the counts per bin are known. */
final class Distance {

    private Distance() {}

    /**
     * Population stability index, {@code sum (q - p) ln(q / p)} over the bins' shares p and q: the symmetric
     * Kullback-Leibler divergence (Jeffreys 1946). By the usual rule of thumb below 0.1 nothing has changed, above 0.25
     * much has. A bin that one side lacks counts there as half an example; one that both lack is left out.
     *
     * @return at least 0; NaN if a side has no examples
     */
    static double populationStability(long[] reference, long[] current) {
        double total = 0;
        double referenceTotal = sum(reference);
        double currentTotal = sum(current);
        if (referenceTotal == 0 || currentTotal == 0) {
            return Double.NaN;
        }
        for (int bin = 0; bin < reference.length; bin++) {
            if (reference[bin] > 0 || current[bin] > 0) {
                double p = Math.max(0.5, reference[bin]) / referenceTotal;
                double q = Math.max(0.5, current[bin]) / currentTotal;
                total += (q - p) * Math.log(q / p);
            }
        }
        return total;
    }

    /**
     * Two-sample Kolmogorov-Smirnov statistic: the largest distance between the distribution functions at the edges of
     * bins, which is that of the examples themselves up to the width of a bin.
     *
     * @return 0..1; NaN if a side has no examples
     */
    static double kolmogorovSmirnov(long[] reference, long[] current) {
        double referenceTotal = sum(reference);
        double currentTotal = sum(current);
        if (referenceTotal == 0 || currentTotal == 0) {
            return Double.NaN;
        }
        double largest = 0;
        long below = 0;
        long currentBelow = 0;
        for (int bin = 0; bin < reference.length; bin++) {
            below += reference[bin];
            currentBelow += current[bin];
            largest = Math.max(largest, Math.abs(below / referenceTotal - currentBelow / currentTotal));
        }
        return largest;
    }

    /** How likely so large a statistic is by chance (its limiting distribution). */
    static double kolmogorovSmirnovP(double statistic, long referenceExamples, long currentExamples) {
        if (Double.isNaN(statistic)) {
            return Double.NaN;
        }
        return new KolmogorovSmirnovTest()
                .approximateP(statistic, clamped(referenceExamples), clamped(currentExamples));
    }

    private static int clamped(long count) {
        return (int) Math.min(Integer.MAX_VALUE, count);
    }

    /**
     * Pearson's chi-squared test that both samples come from one distribution: the probability of counts so uneven by
     * chance. Bins that both lack are left out.
     *
     * @return 0..1; NaN if a side has no examples; 1 if there is one bin
     */
    static double chiSquaredP(long[] reference, long[] current) {
        if (sum(reference) == 0 || sum(current) == 0) {
            return Double.NaN;
        }
        List<long[]> rows = new ArrayList<>();
        for (int bin = 0; bin < reference.length; bin++) {
            if (reference[bin] + current[bin] > 0) {
                rows.add(new long[] {reference[bin], current[bin]});
            }
        }
        return rows.size() < 2 ? 1 : new ChiSquareTest().chiSquareTest(rows.toArray(long[][]::new));
    }

    /** Joins neighbouring bins until each has about the same share of the reference. */
    static int[] quantileGroups(long[] reference, int groups) {
        int[] group = new int[reference.length];
        double total = sum(reference);
        long seen = 0;
        for (int bin = 0; bin < reference.length; bin++) {
            // Where the middle of the bin lies in the reference's distribution.
            double middle = total == 0 ? 0 : (seen + reference[bin] / 2.0) / total;
            group[bin] = Math.min(groups - 1, (int) (middle * groups));
            seen += reference[bin];
        }
        return group;
    }

    static long[] grouped(long[] counts, int[] group, int groups) {
        long[] joined = new long[groups];
        for (int bin = 0; bin < counts.length; bin++) {
            joined[group[bin]] += counts[bin];
        }
        return joined;
    }

    private static double sum(long[] counts) {
        double total = 0;
        for (long count : counts) {
            total += count;
        }
        return total;
    }
}
