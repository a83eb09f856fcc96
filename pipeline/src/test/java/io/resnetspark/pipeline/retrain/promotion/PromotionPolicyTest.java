package io.resnetspark.pipeline.retrain.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.metrics.Interval;
import io.resnetspark.pipeline.retrain.promotion.ModelScores.ClassScore;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision.Harm;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision.Keep;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision.Promote;
import io.resnetspark.pipeline.retrain.promotion.PromotionDecision.Verdict;
import io.resnetspark.pipeline.retrain.promotion.Trial.Against;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PromotionPolicyTest {

    private static final PromotionPolicy POLICY =
            new PromotionPolicy(0.5, 0, -0.02, -0.1, 0.1, 50, 0.2, 0.05, 2, Optional.of(5.0));

    private static ModelScores scores(double top1, double ece, double firstRecall) {
        return new ModelScores(
                "m",
                200,
                top1,
                Interval.wilson(Math.round(200 * top1), 200),
                1,
                ece,
                List.of(
                        new ClassScore("a", 100, firstRecall),
                        new ClassScore("b", 100, 2 * top1 - firstRecall),
                        new ClassScore("rare", 3, 0)));
    }

    private static Trial trial(double champion, double challenger, double low, double high) {
        return new Trial(
                scores(challenger, 0.1, challenger),
                Optional.of(new Against(
                        scores(champion, 0.1, champion), challenger - champion, new Interval(low, high), 9, 5, 0.4)));
    }

    private static PromotionEvidence evidence(Trial test) {
        return new PromotionEvidence(test, Optional.empty(), new Speed(1, Optional.of(1.0)));
    }

    /** The one rule that was broken. */
    private static String broken(PromotionDecision decision) {
        assertThat(decision).isInstanceOf(Keep.class);
        List<String> rules = decision.findings().stream()
                .filter(finding -> finding.verdict() == Verdict.BROKEN)
                .map(PromotionDecision.Finding::rule)
                .toList();
        assertThat(rules).hasSize(1);
        return rules.get(0);
    }

    @Test
    void aChallengerThatHoldsEveryRuleIsPromoted() {
        assertThat(POLICY.decide(evidence(trial(0.7, 0.72, -0.01, 0.05)))).isInstanceOf(Promote.class);
    }

    @Test
    void theSameEvidenceGivesTheSameDecision() {
        PromotionEvidence evidence = evidence(trial(0.7, 0.69, -0.03, 0.01));
        assertThat(POLICY.decide(evidence)).isEqualTo(POLICY.decide(evidence));
    }

    @Test
    void theFirstModelNeedsNoGain() {
        PromotionEvidence first = new PromotionEvidence(
                new Trial(scores(0.6, 0.1, 0.6), Optional.empty()), Optional.empty(), new Speed(1, Optional.empty()));
        assertThat(POLICY.decide(first)).isInstanceOf(Promote.class);
        assertThat(POLICY.decide(first).findings()).anyMatch(finding -> finding.verdict() == Verdict.NOT_APPLICABLE);

        PromotionEvidence poor = new PromotionEvidence(
                new Trial(scores(0.4, 0.1, 0.4), Optional.empty()), Optional.empty(), new Speed(1, Optional.empty()));
        assertThat(broken(POLICY.decide(poor))).isEqualTo("minimum-top1");
    }

    @Test
    void eachRuleBreaksByItself() {
        assertThat(broken(POLICY.decide(evidence(trial(0.7, 0.699, -0.015, 0.02)))))
                .isEqualTo("minimum-gain");
        assertThat(broken(POLICY.decide(evidence(trial(0.7, 0.71, -0.03, 0.05)))))
                .isEqualTo("minimum-gain-low");
        Trial good = trial(0.7, 0.72, -0.01, 0.05);
        assertThat(broken(POLICY.decide(new PromotionEvidence(
                        good, Optional.of(trial(0.7, 0.5, -0.3, -0.11)), new Speed(1, Optional.of(1.0))))))
                .isEqualTo("minimum-fresh-gain-low");
        assertThat(broken(POLICY.decide(new PromotionEvidence(good, Optional.empty(), new Speed(3, Optional.of(1.0))))))
                .isEqualTo("maximum-slowdown");
        assertThat(broken(POLICY.decide(new PromotionEvidence(good, Optional.empty(), new Speed(6, Optional.of(5.0))))))
                .isEqualTo("maximum-milliseconds-per-image");
    }

    @Test
    void aClassThatIsLostKeepsTheChampionHoweverGoodTheRest() {
        Against against = new Against(scores(0.7, 0.1, 0.7), 0.05, new Interval(0.01, 0.09), 20, 10, 0.1);
        Trial lostA = new Trial(scores(0.75, 0.1, 0.59), Optional.of(against));

        Keep keep = (Keep) POLICY.decide(evidence(lostA));

        assertThat(broken(keep)).isEqualTo("maximum-class-loss");
        assertThat(keep.reasons()).singleElement().asString().contains("a from 70.0 % to 59.0 %");
        assertThat(keep.harm()).isEqualTo(Harm.NONE);
    }

    @Test
    void classesWithFewImagesAreNotJudgedAlone() {
        Against against = new Against(
                new ModelScores("m", 200, 0.7, new Interval(0.6, 0.8), 1, 0.1, List.of(new ClassScore("rare", 3, 1))),
                0.05,
                new Interval(0.01, 0.09),
                20,
                10,
                0.1);
        Trial lostRare = new Trial(
                new ModelScores("m", 200, 0.75, new Interval(0.6, 0.8), 1, 0.1, List.of(new ClassScore("rare", 3, 0))),
                Optional.of(against));
        assertThat(POLICY.decide(evidence(lostRare))).isInstanceOf(Promote.class);
    }

    @Test
    void badCalibrationKeepsTheChampion() {
        Against against = new Against(scores(0.7, 0.04, 0.7), 0.02, new Interval(-0.01, 0.05), 9, 5, 0.4);
        assertThat(broken(POLICY.decide(evidence(new Trial(scores(0.72, 0.1, 0.72), Optional.of(against))))))
                .isEqualTo("maximum-ece-gain");
    }

    @Test
    void onlyALossBeyondChanceIsHarm() {
        assertThat(((Keep) POLICY.decide(evidence(trial(0.7, 0.68, -0.05, 0.01)))).harm())
                .isEqualTo(Harm.NONE);
        assertThat(((Keep) POLICY.decide(evidence(trial(0.7, 0.55, -0.2, -0.1)))).harm())
                .isEqualTo(Harm.WORSE_THAN_CHAMPION);
    }

    @Test
    void aBetterChallengerIsNeverRefusedWhereAWorseOneIsPromoted() {
        for (double gain = -0.05; gain <= 0.05; gain += 0.005) {
            boolean worse =
                    POLICY.decide(evidence(trial(0.7, 0.7 + gain, gain - 0.02, gain + 0.02))) instanceof Promote;
            boolean better =
                    POLICY.decide(evidence(trial(0.7, 0.71 + gain, gain - 0.01, gain + 0.03))) instanceof Promote;
            assertThat(better || !worse).as("gain %s", gain).isTrue();
        }
    }

    @Test
    void limitsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new PromotionPolicy(2, 0, 0, 0, 0, 0, 1, 1, 1, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("minimum-top1");
    }
}
