package io.resnetspark.pipeline.retrain.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.Test;

class DistanceTest {

    private static final double EXACT = 1e-12;

    @Test
    void stabilityIndexIsTheSymmetricDivergenceOfTheShares() {
        // Shares 0.5, 0.3, 0.2 against 0.4, 0.4, 0.2, written out.
        double expected = (0.4 - 0.5) * Math.log(0.4 / 0.5) + (0.4 - 0.3) * Math.log(0.4 / 0.3);

        assertThat(Distance.populationStability(new long[] {50, 30, 20}, new long[] {400, 400, 200}))
                .isCloseTo(expected, within(EXACT));
        assertThat(Distance.populationStability(new long[] {400, 400, 200}, new long[] {50, 30, 20}))
                .as("symmetric")
                .isCloseTo(expected, within(EXACT));
    }

    @Test
    void stabilityIndexIsBothKullbackLeiblerDivergencesTogether() {
        long[] reference = {6, 10, 9, 12, 12, 8, 7, 8, 12, 8, 8};
        long[] current = {70, 80, 70, 90, 110, 70, 60, 70, 150, 110, 120};

        assertThat(Distance.populationStability(reference, current))
                .isCloseTo(divergence(reference, current) + divergence(current, reference), within(EXACT));
    }

    /** {@code sum p ln(p / q)}. */
    private static double divergence(long[] of, long[] from) {
        double sum = 0;
        for (int bin = 0; bin < of.length; bin++) {
            double p = (double) of[bin] / Arrays.stream(of).sum();
            double q = (double) from[bin] / Arrays.stream(from).sum();
            sum += p * Math.log(p / q);
        }
        return sum;
    }

    @Test
    void equalSharesHaveNoDistance() {
        long[] counts = {3, 0, 12, 7};
        long[] thrice = Arrays.stream(counts).map(count -> 3 * count).toArray();

        assertThat(Distance.populationStability(counts, thrice)).isCloseTo(0, within(EXACT));
        assertThat(Distance.kolmogorovSmirnov(counts, thrice)).isCloseTo(0, within(EXACT));
        assertThat(Distance.chiSquaredP(counts, thrice)).isCloseTo(1, within(1e-9));
    }

    @Test
    void aBinThatOneSideLacksIsFarButNotInfinitelyFar() {
        assertThat(Distance.populationStability(new long[] {100, 0}, new long[] {0, 100}))
                .isGreaterThan(5)
                .isFinite();
        assertThat(Distance.kolmogorovSmirnov(new long[] {100, 0}, new long[] {0, 100}))
                .isEqualTo(1);
    }

    @Test
    void nothingHasNoDistance() {
        assertThat(Distance.populationStability(new long[2], new long[] {1, 1})).isNaN();
        assertThat(Distance.kolmogorovSmirnov(new long[] {1, 1}, new long[2])).isNaN();
        assertThat(Distance.chiSquaredP(new long[2], new long[2])).isNaN();
    }

    @Test
    void kolmogorovSmirnovOverBinsIsThatOfTheExamples() {
        Random random = new Random(5);
        double[] reference =
                random.doubles(400).map(value -> Math.floor(value * 256) / 256).toArray();
        double[] current = random.doubles(300)
                .map(value -> Math.floor(Math.sqrt(value) * 256) / 256)
                .toArray();

        double statistic = Distance.kolmogorovSmirnov(histogram(reference), histogram(current));

        KolmogorovSmirnovTest oracle = new KolmogorovSmirnovTest();
        assertThat(statistic).isCloseTo(oracle.kolmogorovSmirnovStatistic(reference, current), within(EXACT));
        assertThat(Distance.kolmogorovSmirnovP(statistic, 400, 300)).isLessThan(1e-6);
    }

    @Test
    void chiSquaredOfATwoByTwoTableIsItsTextbookFormula() {
        // n (ad - bc)^2 / ((a+b)(c+d)(a+c)(b+d)) with one degree of freedom: 3.841 is the 5 % point.
        double a = 30;
        double b = 20;
        double c = 20;
        double d = 30;
        double statistic = 100 * Math.pow(a * d - b * c, 2) / ((a + b) * (c + d) * (a + c) * (b + d));
        assertThat(statistic).isEqualTo(4);

        double p = Distance.chiSquaredP(new long[] {30, 20}, new long[] {20, 30});

        assertThat(p).isCloseTo(0.04550026, within(1e-7));
    }

    @Test
    void quantileGroupsShareTheReferenceEvenly() {
        long[] reference = new long[256];
        Arrays.fill(reference, 4);
        int[] group = Distance.quantileGroups(reference, 10);

        long[] joined = Distance.grouped(reference, group, 10);

        assertThat(Arrays.stream(joined).sum()).isEqualTo(1024);
        for (long count : joined) {
            assertThat(count).isBetween(100L, 104L);
        }
        for (int bin = 1; bin < group.length; bin++) {
            assertThat(group[bin]).isGreaterThanOrEqualTo(group[bin - 1]);
        }
    }

    private static long[] histogram(double[] values) {
        long[] counts = new long[256];
        for (double value : values) {
            counts[(int) (value * 256)]++;
        }
        return counts;
    }
}
