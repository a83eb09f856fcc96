package io.resnetspark.bench.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CostModelTest {

    private static final int CORES = 2;

    /** Rounds that cost exactly what the model says, times noise. */
    private static List<RoundCost> rounds(double noise) {
        SplittableRandom random = new SplittableRandom(5);
        List<RoundCost> costs = new ArrayList<>();
        for (long parameters : new long[] {1_000_000, 12_000_000, 25_000_000}) {
            for (int workers : new int[] {2, 4, 8, 16}) {
                double gigabytes = 8.0 * parameters / 1e9;
                double share = (double) workers / CORES;
                double install = (0.01 + 0.5 * gigabytes * share) * (1 + noise * (random.nextDouble() - 0.5));
                double cut = (0.02 + 1.5 * gigabytes * share) * (1 + noise * (random.nextDouble() - 0.5));
                double reduce = (0.03 + 2 * gigabytes * share + 0.004 * workers * share)
                        * (1 + noise * (random.nextDouble() - 0.5));
                double driver = (0.05 + 3 * gigabytes + 0.002 * workers) * (1 + noise * (random.nextDouble() - 0.5));
                costs.add(new RoundCost(
                        workers, CORES, parameters, 8 * parameters, 1, 0, install, cut, reduce, driver, 0, 0, 0));
            }
        }
        return costs;
    }

    @Test
    void findsTheCostsThatMadeTheRounds() {
        CostModel model = CostModel.fit(rounds(0));
        assertThat(model.install().coefficients())
                .usingElementComparator(CostModelTest::close)
                .containsExactly(0.01, 0.5);
        assertThat(model.cut().coefficients())
                .usingElementComparator(CostModelTest::close)
                .containsExactly(0.02, 1.5);
        assertThat(model.reduce().coefficients())
                .usingElementComparator(CostModelTest::close)
                .containsExactly(0.03, 2.0, 0.004);
        assertThat(model.driver().coefficients())
                .usingElementComparator(CostModelTest::close)
                .containsExactly(0.05, 3.0, 0.002);
        assertThat(model.reduce().largestError()).isCloseTo(0, within(1e-9));
    }

    private static int close(double a, double b) {
        return Math.abs(a - b) < 1e-9 ? 0 : Double.compare(a, b);
    }

    @Test
    void noiseIsReportedAsResiduals() {
        CostModel model = CostModel.fit(rounds(0.2));
        assertThat(model.cut().largestError()).isBetween(0.01, 0.2);
        assertThat(model.cut().coefficients().get(1)).isCloseTo(1.5, within(0.3));
    }

    /** Each worker on its own machine: bytes over the network, no worker waits for another's core. */
    @Test
    void predictsFromTheCostsAndTheNetwork() {
        CostModel.Prediction predicted = CostModel.fit(rounds(0)).predict(1000, 200_000_000, 1e9, 9);
        assertThat(predicted.installSeconds()).isCloseTo(0.01 + 0.1 + 0.2, within(1e-9));
        assertThat(predicted.cutSeconds()).isCloseTo(0.02 + 0.3, within(1e-9));
        assertThat(predicted.reduceSeconds()).isCloseTo(0.03 + 0.4 + 4 + 0.2, within(1e-9));
        assertThat(predicted.driverSeconds()).isCloseTo(0.05 + 0.6 + 2 + 0.4, within(1e-9));
        double overhead = 0.31 + 0.32 + 4.63 + 3.05;
        assertThat(predicted.overheadSeconds()).isCloseTo(overhead, within(1e-9));
        assertThat(predicted.efficiency()).isCloseTo(9 / (9 + overhead), within(1e-9));
    }

    @Test
    void aCostIsNeverNegative() {
        List<String> features = List.of("a", "b");
        List<double[]> rows = List.of(new double[] {1, 1}, new double[] {1, 2}, new double[] {1, 3});
        LinearFit fit = LinearFit.of(features, rows, List.of(3.0, 2.0, 1.0));
        assertThat(fit.coefficients().get(1)).isZero();
        assertThat(fit.coefficients().get(0)).isPositive();
    }

    @Test
    void tooFewRoundsAreRefused() {
        assertThatThrownBy(() -> LinearFit.of(List.of("a", "b"), List.of(new double[] {1, 2}), List.of(1.0)))
                .hasMessageContaining("1 observations");
    }
}
