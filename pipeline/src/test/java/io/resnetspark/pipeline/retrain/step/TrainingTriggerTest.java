package io.resnetspark.pipeline.retrain.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.pipeline.retrain.RetrainConfig.Trigger;
import io.resnetspark.pipeline.retrain.drift.Drift;
import io.resnetspark.pipeline.retrain.drift.Drift.InputDrift;
import io.resnetspark.pipeline.retrain.step.Assessment.Verdict;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainingTriggerTest {

    private static final TrainingTrigger TRIGGER = new TrainingTrigger(new Trigger(1000, 200, 0.25, 0.25, 0.2));
    private static final Optional<Integer> CHAMPION = Optional.of(3);

    private static Optional<Drift> drift(double labels, double input, double distance) {
        return Optional.of(new Drift(
                5000,
                300,
                new long[] {1},
                new long[] {1},
                labels,
                0.5,
                List.of(new InputDrift(0, "brightness", input, distance, 0.5))));
    }

    private static Verdict decide(long images, Optional<Drift> drift, Optional<Integer> champion, String... refused) {
        TrainingTrigger.Judgement judgement = TRIGGER.decide(images, drift, champion, List.of(refused));
        assertThat(judgement.reasons()).isNotEmpty();
        return judgement.verdict();
    }

    @Test
    void enoughImagesAreEnoughWithoutDrift() {
        assertThat(decide(1000, drift(0, 0, 0), CHAMPION)).isEqualTo(Verdict.TRAIN);
        assertThat(decide(999, drift(0, 0, 0), CHAMPION)).isEqualTo(Verdict.WAIT);
    }

    @Test
    void fewerAreEnoughIfAnyMeasureDrifted() {
        assertThat(decide(200, drift(0.3, 0, 0), CHAMPION)).isEqualTo(Verdict.TRAIN);
        assertThat(decide(200, drift(0, 0.3, 0), CHAMPION)).isEqualTo(Verdict.TRAIN);
        assertThat(decide(200, drift(0, 0, 0.3), CHAMPION)).isEqualTo(Verdict.TRAIN);
        assertThat(decide(199, drift(1, 1, 1), CHAMPION)).isEqualTo(Verdict.WAIT);
    }

    @Test
    void undefinedDriftIsNoDrift() {
        assertThat(decide(500, drift(Double.NaN, Double.NaN, Double.NaN), CHAMPION))
                .isEqualTo(Verdict.WAIT);
        assertThat(decide(500, Optional.empty(), CHAMPION)).isEqualTo(Verdict.WAIT);
    }

    @Test
    void theFirstModelIsTrainedOnWhateverThereIs() {
        assertThat(decide(1, Optional.empty(), Optional.empty())).isEqualTo(Verdict.TRAIN);
    }

    @Test
    void nothingLetInIsARefusalAndNothingAtAllIsNot() {
        assertThat(decide(0, Optional.empty(), CHAMPION, "monday was refused")).isEqualTo(Verdict.REFUSE);
        assertThat(decide(0, Optional.empty(), CHAMPION)).isEqualTo(Verdict.WAIT);
    }
}
