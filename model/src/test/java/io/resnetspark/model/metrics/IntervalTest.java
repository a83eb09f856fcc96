package io.resnetspark.model.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class IntervalTest {

    @Test
    void wilsonAgreesWithPublishedValues() {
        // Newcombe 1998, Statistics in Medicine 17, table I, method 3.
        assertWilson(81, 263, 0.2553, 0.3662);
        assertWilson(15, 148, 0.0624, 0.1605);
        assertWilson(0, 20, 0.0000, 0.1611);
        assertWilson(1, 29, 0.0061, 0.1718);
    }

    @Test
    void nothingTriedIsUndefined() {
        assertThat(Interval.wilson(0, 0)).isEqualTo(Interval.UNDEFINED);
        assertThat(Interval.f1(0, 0, 0).low()).isNaN();
    }

    @Test
    void endsStayInsideAndContainTheEstimate() {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            long trials = 1 + random.nextInt(50);
            long successes = random.nextInt((int) trials + 1);
            Interval interval = Interval.wilson(successes, trials);
            assertThat(interval.low()).isBetween(0.0, (double) successes / trials);
            assertThat(interval.high()).isBetween((double) successes / trials, 1.0);
        }
    }

    @Test
    void f1IntervalCoversTheTruthAboutAsOftenAsItSays() {
        // Precision 0.8 and recall 0.9 at 30 % positives: J and F1 follow from TP : FP : FN.
        double tp = 0.3 * 0.9;
        double fn = 0.3 - tp;
        double fp = tp / 0.8 - tp;
        double truth = 2 * tp / (2 * tp + fp + fn);
        Random random = new Random(2);
        int covered = 0;
        int repeats = 4000;
        for (int repeat = 0; repeat < repeats; repeat++) {
            long[] counts = new long[3];
            for (int i = 0; i < 200; i++) {
                double draw = random.nextDouble();
                if (draw < tp) {
                    counts[0]++;
                } else if (draw < tp + fp) {
                    counts[1]++;
                } else if (draw < tp + fp + fn) {
                    counts[2]++;
                }
            }
            Interval interval = Interval.f1(counts[0], counts[1], counts[2]);
            if (interval.low() <= truth && truth <= interval.high()) {
                covered++;
            }
        }
        assertThat((double) covered / repeats).isBetween(0.935, 0.965);
    }

    private static void assertWilson(long successes, long trials, double low, double high) {
        Interval interval = Interval.wilson(successes, trials);
        assertThat(interval.low()).isCloseTo(low, within(5e-5));
        assertThat(interval.high()).isCloseTo(high, within(5e-5));
    }
}
