package io.resnetspark.model.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PairedOutcomesTest {

    @Test
    void mcNemarAgreesWithPublishedValues() {
        // Agresti, Categorical Data Analysis, approval ratings: 150 and 86 discordant; 34.71 without the correction.
        PairedOutcomes ratings = PairedOutcomes.of(1600, 150, 86);
        assertThat(ratings.chiSquared()).isCloseTo(63.0 * 63 / 236, within(1e-12));
        assertThat(ratings.chiSquaredPValue()).isCloseTo(4.115e-5, within(1e-6));
        // Ten discordant examples split 1 to 9: 2 (1 + 10) / 2^10.
        assertThat(PairedOutcomes.of(100, 1, 9).exactPValue()).isCloseTo(22.0 / 1024, within(1e-12));
    }

    @Test
    void modelsThatNeverDifferAreNotDistinguished() {
        PairedOutcomes same = PairedOutcomes.of(50, 0, 0);
        assertThat(same.exactPValue()).isEqualTo(1);
        assertThat(same.chiSquaredPValue()).isEqualTo(1);
        assertThat(same.difference()).isZero();
        assertThat(same.bootstrapInterval(100, 1)).isEqualTo(new Interval(0, 0));
        assertThat(PairedOutcomes.of(50, 5, 5).exactPValue()).isEqualTo(1);
    }

    @Test
    void bootstrapMatchesTheNormalApproximationAndItsSeed() {
        PairedOutcomes outcomes = PairedOutcomes.of(2000, 60, 120);
        double share = 180.0 / 2000;
        double deviation = Math.sqrt((share - outcomes.difference() * outcomes.difference()) / 2000);
        Interval interval = outcomes.bootstrapInterval(4000, 9);
        assertThat(interval.low()).isCloseTo(outcomes.difference() - 1.96 * deviation, within(0.001));
        assertThat(interval.high()).isCloseTo(outcomes.difference() + 1.96 * deviation, within(0.001));
        assertThat(outcomes.bootstrapInterval(4000, 9)).isEqualTo(interval);
        assertThat(outcomes.bootstrapInterval(4000, 10)).isNotEqualTo(interval);
    }

    @Test
    void countsWhoWasRightAlone() {
        ScoredExample right = new ScoredExample(0, new float[] {1, 0});
        ScoredExample wrong = new ScoredExample(0, new float[] {0, 1});
        PairedOutcomes outcomes = new PairedOutcomes();
        outcomes.add(right, wrong);
        outcomes.add(wrong, right);
        outcomes.add(wrong, right);
        outcomes.add(right, right);
        assertThat(outcomes.onlyFirst()).isEqualTo(1);
        assertThat(outcomes.onlySecond()).isEqualTo(2);
        assertThat(outcomes.difference()).isEqualTo(0.25);
    }
}
