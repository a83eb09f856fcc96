package io.resnetspark.model.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.MutableOutputInfo;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.evaluation.ConfusionMetrics;
import org.tribuo.classification.evaluation.LabelConfusionMatrix;
import org.tribuo.classification.evaluation.LabelEvaluationUtil;
import org.tribuo.evaluation.metrics.MetricTarget;
import org.tribuo.impl.ArrayExample;

/** Our metrics against Tribuo's on the same random predictions. */
class MetricsAgainstTribuoTest {

    private static final double EXACT = 1e-12;

    @ParameterizedTest
    @CsvSource({"1, 400, 1000000", "2, 400, 4", "3, 60, 2", "4, 2000, 16", "5, 8, 3"})
    void areasAgree(long seed, int count, int levels) {
        List<ScoredExample> examples = RandomExamples.of(seed, count, levels);
        ClassificationMetrics metrics = RandomExamples.metrics(examples);
        List<ClassificationMetrics.Areas> areas = metrics.areas();

        for (int k = 0; k < RandomExamples.CLASSES; k++) {
            boolean[] truth = new boolean[count];
            double[] scores = new double[count];
            for (int i = 0; i < count; i++) {
                truth[i] = examples.get(i).label() == k;
                scores[i] = examples.get(i).logOdds(k);
            }
            if (k == RandomExamples.EMPTY_CLASS) {
                assertThat(areas.get(k).rocAuc()).isNaN();
                assertThat(areas.get(k).averagePrecision()).isNaN();
            } else if (areas.get(k).positives() > 0) {
                assertThat(areas.get(k).rocAuc())
                        .isCloseTo(LabelEvaluationUtil.binaryAUCROC(truth, scores), within(EXACT));
                assertThat(areas.get(k).averagePrecision())
                        .isCloseTo(LabelEvaluationUtil.averagedPrecision(truth, scores), within(EXACT));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"11, 400, 1000000", "12, 400, 4", "13, 9, 2"})
    void precisionRecallAndF1Agree(long seed, int count, int levels) {
        List<ScoredExample> examples = RandomExamples.of(seed, count, levels);
        List<ClassScores> ours = RandomExamples.metrics(examples).confusion().perClass();
        LabelConfusionMatrix theirs = tribuoConfusion(examples);

        for (int k = 0; k < RandomExamples.CLASSES; k++) {
            MetricTarget<Label> target = new MetricTarget<>(new Label("class" + k));
            ClassScores scores = ours.get(k);
            // Tribuo's answer to 0 / 0 is 0, ours NaN.
            assertThat(zeroIfUndefined(scores.precision()))
                    .isCloseTo(ConfusionMetrics.precision(target, theirs), within(EXACT));
            assertThat(zeroIfUndefined(scores.recall()))
                    .isCloseTo(ConfusionMetrics.recall(target, theirs), within(EXACT));
            assertThat(zeroIfUndefined(scores.f1())).isCloseTo(ConfusionMetrics.f1(target, theirs), within(EXACT));
        }
        assertThat(ours.get(RandomExamples.EMPTY_CLASS).recall()).isNaN();
    }

    private static double zeroIfUndefined(double value) {
        return Double.isNaN(value) ? 0 : value;
    }

    private static LabelConfusionMatrix tribuoConfusion(List<ScoredExample> examples) {
        MutableOutputInfo<Label> domain = new LabelFactory().generateInfo();
        for (int k = 0; k < RandomExamples.CLASSES; k++) {
            domain.observe(new Label("class" + k));
        }
        List<Prediction<Label>> predictions = examples.stream()
                .map(example -> {
                    Map<String, Label> scores = new LinkedHashMap<>();
                    for (int k = 0; k < RandomExamples.CLASSES; k++) {
                        scores.put("class" + k, new Label("class" + k, example.probability(k)));
                    }
                    return new Prediction<>(
                            new Label("class" + example.predicted()),
                            scores,
                            1,
                            new ArrayExample<>(
                                    new Label("class" + example.label()), new String[] {"x"}, new double[] {1}),
                            true);
                })
                .toList();
        return new LabelConfusionMatrix(domain.generateImmutableOutputInfo(), predictions);
    }
}
