package io.resnetspark.model.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class AverageIntervalTest {

    /** Three classes of 60, 30 and 10 %, told apart more or less well. */
    private static final double[][] WORLD = {{0.50, 0.08, 0.02}, {0.06, 0.20, 0.04}, {0.02, 0.04, 0.04}};

    private static ConfusionMatrix drawn(double[][] world, int examples, SplittableRandom random) {
        ConfusionMatrix matrix = new ConfusionMatrix(world.length);
        for (int i = 0; i < examples; i++) {
            double rest = random.nextDouble();
            int cell = -1;
            while (rest >= 0 && cell < world.length * world.length - 1) {
                cell++;
                rest -= world[cell / world.length][cell % world.length];
            }
            matrix.add(cell / world.length, cell % world.length);
        }
        return matrix;
    }

    private static double[][] shares(ConfusionMatrix matrix) {
        double[][] shares = new double[matrix.classes()][matrix.classes()];
        long total = matrix.cells().stream()
                .mapToLong(ConfusionMatrix.Confusion::count)
                .sum();
        matrix.cells().forEach(cell -> shares[cell.actual()][cell.predicted()] = (double) cell.count() / total);
        return shares;
    }

    /** The weighted recall is the accuracy, a proportion. */
    @Test
    void theWeightedRecallHasTheIntervalOfTheAccuracy() {
        ConfusionMatrix matrix = drawn(WORLD, 200, new SplittableRandom(1));
        long right =
                matrix.perClass().stream().mapToLong(ClassScores::truePositives).sum();
        Interval expected = Interval.wilson(right, 200);
        Interval actual = AverageInterval.weighted(matrix).recall();
        assertThat(actual.low()).isCloseTo(expected.low(), within(1e-12));
        assertThat(actual.high()).isCloseTo(expected.high(), within(1e-12));
    }

    /** An independent way to the same variance: draw from the observed shares again and again. */
    @Test
    void widthsAreThoseOfTheBootstrap() {
        SplittableRandom random = new SplittableRandom(2);
        ConfusionMatrix matrix = drawn(WORLD, 2000, random);
        List<ClassScores.Averages> macro = new ArrayList<>();
        List<ClassScores.Averages> weighted = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            List<ClassScores> again = drawn(shares(matrix), 2000, random).perClass();
            macro.add(ClassScores.macro(again));
            weighted.add(ClassScores.weighted(again));
        }
        assertWidth(AverageInterval.macro(matrix).precision(), macro, ClassScores.Averages::precision);
        assertWidth(AverageInterval.macro(matrix).recall(), macro, ClassScores.Averages::recall);
        assertWidth(AverageInterval.macro(matrix).f1(), macro, ClassScores.Averages::f1);
        assertWidth(AverageInterval.weighted(matrix).precision(), weighted, ClassScores.Averages::precision);
        assertWidth(AverageInterval.weighted(matrix).f1(), weighted, ClassScores.Averages::f1);
    }

    private static void assertWidth(
            Interval interval, List<ClassScores.Averages> resamples, ToDoubleFunction<ClassScores.Averages> score) {
        double[] sorted = resamples.stream().mapToDouble(score).sorted().toArray();
        double expected = sorted[975] - sorted[25];
        assertThat((interval.high() - interval.low()) / expected).isCloseTo(1, within(0.12));
    }

    @Test
    void ninetyFiveInAHundredHoldTheTruth() {
        ConfusionMatrix truth = drawn(WORLD, 1_000_000, new SplittableRandom(3));
        double f1 = ClassScores.macro(truth.perClass()).f1();
        SplittableRandom random = new SplittableRandom(4);
        int held = 0;
        for (int i = 0; i < 1000; i++) {
            Interval interval = AverageInterval.macro(drawn(WORLD, 300, random)).f1();
            held += interval.low() <= f1 && f1 <= interval.high() ? 1 : 0;
        }
        assertThat(held).isBetween(930, 970);
    }

    @Test
    void nothingWrongStillLeavesDoubt() {
        ConfusionMatrix perfect = drawn(new double[][] {{0.5, 0}, {0, 0.5}}, 50, new SplittableRandom(5));
        assertThat(AverageInterval.macro(perfect).f1()).isEqualTo(Interval.wilson(50, 50));
        ConfusionMatrix oneClassOnly = drawn(new double[][] {{0.5, 0}, {0.5, 0}}, 50, new SplittableRandom(6));
        Interval recall = AverageInterval.macro(oneClassOnly).recall();
        assertThat(recall.low()).isLessThan(0.5);
        assertThat(recall.high()).isGreaterThan(0.5);
    }

    @Test
    void withoutExamplesThereIsNone() {
        assertThat(AverageInterval.macro(new ConfusionMatrix(2)).f1()).isEqualTo(Interval.UNDEFINED);
    }
}
