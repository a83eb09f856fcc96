package io.resnetspark.model.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {

    /** scikit-learn's documented example: y_true = [0 1 2 0 1 2], y_pred = [0 2 1 0 0 1]. */
    private static ConfusionMatrix documentedExample(int classes) {
        ConfusionMatrix matrix = new ConfusionMatrix(classes);
        int[] actual = {0, 1, 2, 0, 1, 2};
        int[] predicted = {0, 2, 1, 0, 0, 1};
        for (int i = 0; i < actual.length; i++) {
            matrix.add(actual[i], predicted[i]);
        }
        return matrix;
    }

    @Test
    void averagesAreScikitLearns() {
        // Documented there: precision 0.22, recall 0.33, f1 0.27, macro and weighted alike.
        ClassScores.Averages macro = ClassScores.macro(documentedExample(3).perClass());
        assertThat(macro.precision()).isCloseTo(2.0 / 9, within(1e-12));
        assertThat(macro.recall()).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(macro.f1()).isCloseTo(4.0 / 15, within(1e-12));
        assertThat(ClassScores.weighted(documentedExample(3).perClass()).f1()).isCloseTo(4.0 / 15, within(1e-12));
    }

    @Test
    void classesWithoutExamplesDoNotChangeAverages() {
        assertThat(ClassScores.macro(documentedExample(9).perClass()))
                .isEqualTo(ClassScores.macro(documentedExample(3).perClass()));
        assertThat(ClassScores.macro(new ConfusionMatrix(3).perClass()).f1()).isNaN();
    }

    @Test
    void worstConfusionsLeaveOutTheDiagonal() {
        assertThat(documentedExample(3).worst(2))
                .isEqualTo(List.of(new ConfusionMatrix.Confusion(2, 1, 2), new ConfusionMatrix.Confusion(1, 0, 1)));
        assertThat(documentedExample(3).toArray()).isDeepEqualTo(new long[][] {{2, 0, 0}, {1, 0, 1}, {0, 2, 0}});
    }

    @Test
    void confidentDisagreementMakesALabelSuspect() {
        double[] thresholds = {0.7, 0.7, Double.NaN};
        ScoredExample confident = new ScoredExample(0, new float[] {0, 3, 0});
        ScoredExample unsure = new ScoredExample(0, new float[] {0, 0.5f, 0});
        ScoredExample agreeing = new ScoredExample(1, new float[] {0, 3, 0});
        assertThat(LabelSuspicion.of(confident, thresholds).orElseThrow().suggested())
                .isEqualTo(1);
        assertThat(LabelSuspicion.of(confident, thresholds).orElseThrow().margin())
                .isCloseTo(confident.probability(0) - confident.probability(1), within(1e-15));
        assertThat(LabelSuspicion.of(unsure, thresholds)).isEqualTo(Optional.empty());
        assertThat(LabelSuspicion.of(agreeing, thresholds)).isEqualTo(Optional.empty());
    }
}
