package io.resnetspark.pipeline.training.averaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.training.TrainingState;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DivergenceWatchTest {

    private static final TrainingState FINITE =
            new TrainingState(new float[] {1, -2, 0}, new float[][] {{1, Float.MAX_VALUE, 0}});

    private static DivergenceWatch watch(double factor, int classes, Double... before) {
        return new DivergenceWatch(factor, classes, List.of(before));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void aLossThatIsNoNumberNeverPasses(double loss) {
        assertThat(watch(20, 10).judge(loss, FINITE)).isPresent();
        assertThat(watch(0, 10).judge(loss, FINITE)).isPresent();
    }

    @Test
    void weightsOrOptimiserStateThatAreNotFiniteNeverPassHoweverSmallTheLoss() {
        TrainingState weights = new TrainingState(new float[] {1, Float.NaN}, new float[0][]);
        TrainingState optimiser = new TrainingState(new float[] {1, 2}, new float[][] {{0, Float.POSITIVE_INFINITY}});
        assertThat(watch(0, 10).judge(0.1, weights)).isPresent();
        assertThat(watch(0, 10).judge(0.1, optimiser)).isPresent();
    }

    @Test
    void ignoranceIsTheScaleWhereTheLossIsSmall() {
        DivergenceWatch thousand = watch(20, 1000, 0.001, 0.001, 0.001);
        assertThat(thousand.judge(19.9 * Math.log(1000), FINITE)).isEmpty();
        assertThat(thousand.judge(20.1 * Math.log(1000), FINITE)).isPresent();
        DivergenceWatch two = watch(20, 2, 0.001);
        assertThat(two.judge(19.9, FINITE)).isEmpty();
        assertThat(two.judge(20.1, FINITE)).isPresent();
    }

    @Test
    void aNetworkThatLivesWithLargeLossesMay() {
        DivergenceWatch watch = watch(20, 10, 400.0, 300.0, 350.0);
        assertThat(watch.judge(6_900, FINITE)).isEmpty();
        assertThat(watch(20, 10, 400.0, 300.0, 350.0).judge(7_100, FINITE)).isPresent();
    }

    @Test
    void oneLargeLossAmongSmallOnesDoesNotRaiseTheLimit() {
        DivergenceWatch watch = watch(20, 10, 1.0, 1.0, 40.0, 1.0);
        assertThat(watch.judge(47, FINITE)).isPresent();
    }

    @Test
    void aRoundThatExplodedIsNotRemembered() {
        DivergenceWatch watch = watch(20, 10);
        for (int i = 0; i < 50; i++) {
            assertThat(watch.judge(1e6, FINITE)).isPresent();
        }
    }

    @Test
    void onlyTheLatestRoundsCount() {
        DivergenceWatch watch = new DivergenceWatch(20, 10, Collections.nCopies(100, 1_000.0));
        for (int i = 0; i < 21; i++) {
            assertThat(watch.judge(1, FINITE)).isEmpty();
        }
        assertThat(watch.judge(100, FINITE)).isPresent();
    }

    @Test
    void knowingTheRoundsBeforeIsHavingJudgedThem() {
        DivergenceWatch judged = watch(20, 10);
        for (double loss : new double[] {3, 4, 5, 6, 7}) {
            judged.judge(loss, FINITE);
        }
        DivergenceWatch told = watch(20, 10, 3.0, 4.0, 5.0, 6.0, 7.0);
        for (double loss : new double[] {99, 101}) {
            assertThat(judged.judge(loss, FINITE)).isEqualTo(told.judge(loss, FINITE));
        }
    }

    @Test
    void factorZeroLetsEveryNumberPass() {
        assertThat(watch(0, 10).judge(1e300, FINITE)).isEmpty();
    }
}
