package io.resnetspark.model.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.optim.LearningRateSchedule.Constant;
import io.resnetspark.model.optim.LearningRateSchedule.Cosine;
import io.resnetspark.model.optim.LearningRateSchedule.OneCycle;
import io.resnetspark.model.optim.LearningRateSchedule.Step;
import io.resnetspark.model.optim.LearningRateSchedule.WarmUp;
import java.util.List;
import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {

    private static void assertFactor(LearningRateSchedule schedule, double epochs, double expected) {
        assertThat(schedule.factor(new Progress(epochs, 100)))
                .as("%s at epoch %s of 100", schedule, epochs)
                .isCloseTo(expected, within(1e-12));
    }

    @Test
    void stretchedSchedulesTakeTheSameCourse() {
        List<LearningRateSchedule> schedules = List.of(
                new Constant(),
                new Cosine(),
                new OneCycle(0.3, 0.04, 0.001),
                new Step(List.of(50.0, 75.0), 0.1),
                new WarmUp(5, new Step(List.of(30.0), 0.2)));
        for (LearningRateSchedule schedule : schedules) {
            for (double epoch = 0; epoch <= 100; epoch += 2.5) {
                assertThat(schedule.stretched(0.4).factor(new Progress(0.4 * epoch, 40)))
                        .as("%s at epoch %s", schedule, epoch)
                        .isCloseTo(schedule.factor(new Progress(epoch, 100)), within(1e-12));
            }
        }
    }

    @Test
    void constant() {
        assertFactor(new Constant(), 0, 1);
        assertFactor(new Constant(), 100, 1);
    }

    @Test
    void stepsDropAtTheirMilestonesNotBefore() {
        Step step = new Step(List.of(50.0, 75.0), 0.1);
        assertFactor(step, 0, 1);
        assertFactor(step, 49.999, 1);
        assertFactor(step, 50, 0.1);
        assertFactor(step, 74.999, 0.1);
        assertFactor(step, 75, 0.01);
        assertFactor(step, 100, 0.01);
    }

    @Test
    void cosineFallsFromOneToZero() {
        assertFactor(new Cosine(), 0, 1);
        assertFactor(new Cosine(), 25, 0.5 + Math.sqrt(2) / 4);
        assertFactor(new Cosine(), 50, 0.5);
        assertFactor(new Cosine(), 100, 0);
        assertFactor(new Cosine(), 130, 0); // a longer training stays at its end
    }

    @Test
    void oneCycleRisesToOneAndFallsToItsEnd() {
        OneCycle cycle = new OneCycle(0.3, 0.04, 0.001);
        assertFactor(cycle, 0, 0.04);
        assertFactor(cycle, 15, 0.52);
        assertFactor(cycle, 30, 1);
        assertFactor(cycle, 65, 0.5005);
        assertFactor(cycle, 100, 0.001);
    }

    @Test
    void warmUpRisesLinearlyIntoItsSuccessor() {
        WarmUp warmUp = new WarmUp(5, new Step(List.of(4.0, 50.0), 0.1));
        assertFactor(warmUp, 0, 0);
        assertFactor(warmUp, 2.5, 0.5);
        assertFactor(warmUp, 4, 0.08);
        assertFactor(warmUp, 5, 0.1);
        assertFactor(warmUp, 50, 0.01);
        assertFactor(new WarmUp(10, new Cosine()), 50, 0.5);
    }

    @Test
    void refusesImpossibleSchedulesAndProgress() {
        assertThatThrownBy(() -> new Step(List.of(75.0, 50.0), 0.1)).hasMessageContaining("ascending");
        assertThatThrownBy(() -> new Step(List.of(), 0.1)).hasMessageContaining("milestones");
        assertThatThrownBy(() -> new Step(List.of(1.0), 1)).hasMessageContaining("decay");
        assertThatThrownBy(() -> new OneCycle(0, 0.1, 0)).hasMessageContaining("rise");
        assertThatThrownBy(() -> new WarmUp(0, new Constant())).hasMessageContaining("warm-up");
        assertThatThrownBy(() -> new Progress(-1, 100)).hasMessageContaining("-1.0 of 100.0");
        assertThatThrownBy(() -> new Progress(Double.NaN, 100)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Progress(0, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
