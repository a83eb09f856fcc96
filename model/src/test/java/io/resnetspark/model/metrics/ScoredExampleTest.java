package io.resnetspark.model.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScoredExampleTest {

    @Test
    void tiesGoToTheLowerIndex() {
        float[] logits = {1, 3, 3, 0, 3, 3};
        assertThat(new ScoredExample(1, logits).rank()).isZero();
        assertThat(new ScoredExample(2, logits).rank()).isEqualTo(1);
        assertThat(new ScoredExample(5, logits).rank()).isEqualTo(3);
        assertThat(new ScoredExample(0, logits).rank()).isEqualTo(4);
        assertThat(new ScoredExample(3, logits).rank()).isEqualTo(5);
        assertThat(new ScoredExample(5, logits).predicted()).isEqualTo(1);
    }

    @Test
    void lossIsCrossEntropyEvenForHugeLogits() {
        assertThat(new ScoredExample(0, new float[] {0, 0}).loss()).isCloseTo(Math.log(2), within(1e-15));
        assertThat(new ScoredExample(1, new float[] {1000, 0}).loss()).isEqualTo(1000);
        // log(1 + e^-20) = 2.06e-9 must survive.
        assertThat(new ScoredExample(0, new float[] {20, 0}).loss()).isCloseTo(2.0611536e-9, within(1e-14));
    }

    @Test
    void probabilitiesAddUp() {
        ScoredExample example = new ScoredExample(0, new float[] {2, -1, 0.5f});
        assertThat(example.probability(0) + example.probability(1) + example.probability(2))
                .isCloseTo(1, within(1e-15));
        assertThat(example.logOdds(0))
                .isCloseTo((float) Math.log(example.probability(0) / (1 - example.probability(0))), within(1e-6f));
    }

    @Test
    void refusesWhatIsNoPrediction() {
        assertThatThrownBy(() -> new ScoredExample(0, new float[] {1, Float.NaN}))
                .hasMessageContaining("class 1 is NaN");
        assertThatThrownBy(() -> new ScoredExample(2, new float[] {1, 2})).hasMessageContaining("label 2 of 2");
    }

    @Test
    void accuracyCountsRanks() {
        Accuracy accuracy = new Accuracy();
        float[] falling = {6, 5, 4, 3, 2, 1};
        for (int label = 0; label < 6; label++) {
            accuracy.add(new ScoredExample(label, falling));
        }
        assertThat(accuracy.top1()).isEqualTo(1.0 / 6);
        assertThat(accuracy.top5()).isEqualTo(5.0 / 6);
        assertThat(new Accuracy().top1()).isNaN();
        assertThat(new Accuracy().loss()).isNaN();
    }
}
