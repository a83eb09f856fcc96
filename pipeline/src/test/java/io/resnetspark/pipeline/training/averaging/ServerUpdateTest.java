package io.resnetspark.pipeline.training.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ParameterLayout.Segment;
import io.resnetspark.model.layer.ParameterSpec.Kind;
import io.resnetspark.model.training.ServerState;
import io.resnetspark.model.training.TrainingState;
import io.resnetspark.pipeline.training.SlowMomentum;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ServerUpdateTest {

    private static final int WEIGHTS = 40;
    private static final ParameterLayout LAYOUT = new ParameterLayout(List.of(
            new Segment("conv1", "weight", Kind.WEIGHT, List.of(40L), 0, WEIGHTS),
            new Segment("bn1", "mean", Kind.RUNNING_MEAN, List.of(10L), 40, 10),
            new Segment("bn1", "var", Kind.RUNNING_VARIANCE, List.of(10L), 50, 10)));

    private final SplittableRandom random = new SplittableRandom(8);

    private float[] random() {
        float[] values = new float[LAYOUT.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextDouble() * 4 - 2);
        }
        return values;
    }

    private TrainingState randomState() {
        return new TrainingState(random(), new float[][] {random()});
    }

    private static ServerUpdate update(SlowMomentum momentum, double decay) {
        return new ServerUpdate(momentum, new MovingAverage(decay), LAYOUT);
    }

    @Test
    void switchedOffItIsPlainAveraging() {
        TrainingState averaged = randomState();
        ServerUpdate.Updated updated =
                update(SlowMomentum.OFF, 0).apply(randomState(), averaged, ServerState.NONE, 0.1, 5, 20);
        assertThat(updated.state()).isEqualTo(averaged);
        assertThat(updated.server()).isEqualTo(ServerState.NONE);
    }

    /** The formula itself, not only the switch. */
    @Test
    void noMomentumAndRateOneMoveToTheAverageExactly() {
        float[] averaged = random();
        SlowMomentum.Moved moved = SlowMomentum.OFF.move(LAYOUT, random(), averaged, random(), 0.03);
        assertThat(moved.parameters()).isEqualTo(averaged);
    }

    /** The paper's two lines over several rounds with a changing learning rate, in double precision. */
    @Test
    void slowMomentumFollowsThePaper() {
        SlowMomentum slow = new SlowMomentum(0.7, 0.8);
        float[] weights = random();
        float[] momentum = new float[LAYOUT.length()];
        double[] expected = new double[WEIGHTS];
        double[] expectedMomentum = new double[WEIGHTS];
        for (int i = 0; i < WEIGHTS; i++) {
            expected[i] = weights[i];
        }
        for (double learningRate : new double[] {0.1, 0.2, 0.05, 0.01}) {
            float[] progress = random();
            float[] averaged = weights.clone();
            for (int i = 0; i < WEIGHTS; i++) {
                averaged[i] -= (float) learningRate * progress[i];
                double average = expected[i] - learningRate * progress[i];
                expectedMomentum[i] = 0.7 * expectedMomentum[i] + (expected[i] - average) / learningRate;
                expected[i] = expected[i] - 0.8 * learningRate * expectedMomentum[i];
            }
            SlowMomentum.Moved moved = slow.move(LAYOUT, weights, averaged, momentum, learningRate);
            weights = moved.parameters();
            momentum = moved.momentum();
        }
        for (int i = 0; i < WEIGHTS; i++) {
            assertThat((double) weights[i]).isCloseTo(expected[i], within(1e-5));
        }
    }

    @Test
    void slowMomentumLeavesRunningStatisticsAndTheOptimiserAlone() {
        TrainingState averaged = randomState();
        TrainingState next = update(new SlowMomentum(0.9, 0.5), 0)
                .apply(randomState(), averaged, new ServerState(Optional.of(random()), Optional.empty()), 0.1, 5, 20)
                .state();
        assertThat(next.optimizer()).isDeepEqualTo(averaged.optimizer());
        for (int i = WEIGHTS; i < LAYOUT.length(); i++) {
            assertThat(next.parameters()[i]).isEqualTo(averaged.parameters()[i]);
        }
        assertThat(next.parameters()[0]).isNotEqualTo(averaged.parameters()[0]);
    }

    @Test
    void aRoundWithoutALearningRateMovesNothing() {
        float[] weights = random();
        SlowMomentum.Moved moved = new SlowMomentum(0.5, 2).move(LAYOUT, weights, weights, random(), 0);
        assertThat(moved.parameters()).isEqualTo(weights);
    }

    /** The definition: newer weights count more by 1 / decay per step, all factors together 1. */
    @Test
    void theMovingAverageIsTheWeightedSumOfWhatRoundsEndedWith() {
        double decay = 0.9;
        MovingAverage average = new MovingAverage(decay);
        int[] steps = {3, 1, 4, 2};
        float[] running = random();
        double[] sum = new double[LAYOUT.length()];
        double weight = 0;
        int done = 0;
        for (int count : steps) {
            float[] newest = random();
            done += count;
            for (int step = 0; step < count; step++) {
                for (int i = 0; i < sum.length; i++) {
                    sum[i] = decay * sum[i] + newest[i];
                }
                weight = decay * weight + 1;
            }
            running = average.advance(running, newest, count, done);
        }
        for (int i = 0; i < sum.length; i++) {
            assertThat((double) running[i]).isCloseTo(sum[i] / weight, within(1e-6));
        }
    }

    @Test
    void weightsThatStayAreTheirOwnAverage() {
        MovingAverage average = new MovingAverage(0.99);
        float[] weights = random();
        assertThat(average.advance(random(), weights, 4, 4)).isEqualTo(weights);
        assertThat(average.advance(weights, weights, 7, 1000)).isEqualTo(weights);
    }

    @Test
    void refusesWhatCannotConverge() {
        assertThatThrownBy(() -> new SlowMomentum(1, 1)).hasMessageContaining("slow-momentum.momentum");
        assertThatThrownBy(() -> new SlowMomentum(0.5, 0)).hasMessageContaining("slow-momentum.rate");
    }
}
