package io.resnetspark.model.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One-vs-rest curves against their definitions. */
class RankCurveTest {

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 1000})
    void rocAucIsTheShareOfWellOrderedPairs(int levels) {
        List<ScoredExample> examples = RandomExamples.of(31, 300, levels);
        Scores scores = RandomExamples.metrics(examples).scores();
        for (int k = 0; k < RandomExamples.CLASSES; k++) {
            if (k == RandomExamples.EMPTY_CLASS) {
                continue;
            }
            double ordered = 0;
            long pairs = 0;
            for (ScoredExample positive : examples) {
                for (ScoredExample negative : examples) {
                    if (positive.label() == k && negative.label() != k) {
                        pairs++;
                        int order = Float.compare(positive.logOdds(k), negative.logOdds(k));
                        ordered += order > 0 ? 1 : order == 0 ? 0.5 : 0;
                    }
                }
            }
            assertThat(scores.curve(k).rocAuc()).isCloseTo(ordered / pairs, within(1e-12));
        }
    }

    @Test
    void averagePrecisionOfAHandComputedRanking() {
        // Scores 4 3 2 2 1 with truth + - + - +: precision 1 at recall 1/3, 2/4 at 2/3 (the tie passes whole), 3/5 at
        // 1.
        RankCurve.Builder steps = new RankCurve.Builder();
        steps.next(4, 1, 0);
        steps.next(3, 0, 1);
        steps.next(2, 1, 1);
        steps.next(1, 1, 0);
        RankCurve curve = steps.build();
        assertThat(curve.averagePrecision()).isCloseTo((1.0 + 2.0 / 4 + 3.0 / 5) / 3, within(1e-15));
        // Pairs: + at 4 beats both; + at 2 loses one, ties one; + at 1 loses both.
        assertThat(curve.rocAuc()).isCloseTo(2.5 / 6, within(1e-15));
    }

    @Test
    void scoresThatSayNothingGiveOneHalf() {
        ExactScores scores = new ExactScores(2);
        for (int i = 0; i < 50; i++) {
            scores.add(new ScoredExample(i % 2, new float[] {1, 1}));
        }
        assertThat(scores.curve(0).rocAuc()).isEqualTo(0.5);
        assertThat(scores.curve(0).averagePrecision()).isEqualTo(0.5);
    }

    @Test
    void aClassOfOneExampleHasACurve() {
        List<ScoredExample> examples = RandomExamples.of(5, 100, 1000);
        RankCurve curve = RandomExamples.metrics(examples).scores().curve(RandomExamples.LONELY_CLASS);
        assertThat(curve.positives()).isEqualTo(1);
        assertThat(curve.rocAuc()).isBetween(0.0, 1.0);
        assertThat(curve.points(10)).hasSizeLessThanOrEqualTo(10);
        assertThat(curve.points(10).get(curve.points(10).size() - 1).recall()).isEqualTo(1);
    }

    @Test
    void binsComeCloseToTheExactAreas() {
        ExactScores exact = new ExactScores(RandomExamples.CLASSES);
        BinnedScores binned = new BinnedScores(RandomExamples.CLASSES);
        for (ScoredExample example : RandomExamples.of(8, 3000, 1_000_000)) {
            exact.add(example);
            binned.add(example);
        }
        for (int k : new int[] {0, 1, 2, 4, 6}) {
            assertThat(binned.curve(k).rocAuc()).isCloseTo(exact.curve(k).rocAuc(), within(0.002));
            assertThat(binned.curve(k).averagePrecision())
                    .isCloseTo(exact.curve(k).averagePrecision(), within(0.02));
        }
    }

    @Test
    void fewPointsKeepTheEndsAndTheOrder() {
        RankCurve curve = RandomExamples.metrics(RandomExamples.of(3, 2000, 1_000_000))
                .scores()
                .pooled();
        List<RankCurve.Point> points = curve.points(50);
        assertThat(points).hasSizeBetween(30, 51);
        assertThat(points).isSortedAccordingTo((a, b) -> Double.compare(b.threshold(), a.threshold()));
        assertThat(points.get(points.size() - 1).falsePositiveRate()).isEqualTo(1);
    }

    @Test
    void confidentExamplesKeepTheirOrder() {
        // Both have the softmax probability 1.0 in float and in double.
        ScoredExample sure = new ScoredExample(0, new float[] {60, 0});
        ScoredExample surer = new ScoredExample(0, new float[] {90, 0});
        assertThat(sure.probability(0)).isEqualTo(surer.probability(0));
        assertThat(sure.logOdds(0)).isEqualTo(60f);
        assertThat(surer.logOdds(0)).isEqualTo(90f);
    }
}
