package io.resnetspark.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.FlatVector;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout.Segment;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.TinyGraph;
import io.resnetspark.model.kernel.ComputeThreads;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.OptimizerConfig.AdamW;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Lars;
import io.resnetspark.model.optim.OptimizerConfig.Sgd;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import io.resnetspark.model.weights.StateDict;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class TrainerTest {

    private static final int BATCH = 6;
    private static final OptimizerConfig PLAIN = new Sgd(0, Momentum.CLASSIC, 0, DecayScope.ALL);
    private static final ResNetSpec SPEC = SmallNetworks.shallow(Architecture.CIFAR_RESNET20);

    private static Trainer trainer(OptimizerConfig config, double clipNorm) {
        return Trainer.create(SPEC, 3, config, clipNorm);
    }

    private static INDArray images(long seed) {
        return SmallNetworks.batch(SPEC, SmallNetworks.images(SPEC, BATCH, seed));
    }

    private static StepResult step(Trainer trainer, double rate, int step) {
        return trainer.step(images(step), SmallNetworks.labels(SPEC, BATCH), rate, step);
    }

    /** The trained parameters' L2 distance. */
    private static double distance(Trainer trainer, float[] one, float[] other) {
        double squares = 0;
        for (Segment segment : trainer.layout().segments()) {
            for (int i = segment.offset(); segment.kind().trainable() && i < segment.end(); i++) {
                squares += Math.pow((double) one[i] - other[i], 2);
            }
        }
        return Math.sqrt(squares);
    }

    static Stream<OptimizerConfig> configs() {
        return Stream.of(
                new Sgd(0.9, Momentum.NESTEROV, 1e-2, DecayScope.ALL),
                new AdamW(0.9, 0.999, 1e-8, 1e-2, DecayScope.ALL),
                new Lars(0.9, 0.01, 1e-2));
    }

    @Test
    void aPlainStepFollowsTheMeanGradient() {
        Trainer trainer = trainer(PLAIN, Trainer.NO_CLIPPING);
        float[] before = trainer.state().parameters();
        float[] gradient = TinyGraph.gradient(ResNet.create(SPEC, 3), images(0), SmallNetworks.labels(SPEC, BATCH));
        step(trainer, 0.5, 0);
        float[] after = trainer.state().parameters();
        for (Segment segment : trainer.layout().segments()) {
            for (int i = segment.offset(); segment.kind().trainable() && i < segment.end(); i++) {
                assertThat(after[i]).isCloseTo(before[i] - 0.5f * gradient[i] / BATCH, within(1e-6f));
            }
        }
    }

    @Test
    void resultsCountWhatTheStepSaw() {
        Trainer trainer = trainer(PLAIN, Trainer.NO_CLIPPING);
        StepResult result = step(trainer, 0, 0);
        assertThat(result.examples()).isEqualTo(BATCH);
        ComputationGraph same = ResNet.create(SPEC, 3);
        TinyGraph.gradient(same, images(0), SmallNetworks.labels(SPEC, BATCH));
        assertThat(result.loss()).isCloseTo(same.score(), within(1e-5));
        assertThat(result.correct()).isBetween(0L, (long) BATCH);
        StepResult sum = result.plus(new StepResult(2, 1.5, 2));
        assertThat(sum).isEqualTo(new StepResult(BATCH + 2, result.lossSum() + 1.5, result.correct() + 2));
        assertThat(result.plus(StepResult.NONE)).isEqualTo(result);
        assertThat(new StepResult(4, 2, 3).accuracy()).isEqualTo(0.75);
    }

    @Test
    void longGradientsAreClippedToTheNorm() {
        Trainer free = trainer(PLAIN, Trainer.NO_CLIPPING);
        float[] start = free.state().parameters();
        step(free, 1, 0);
        double length = distance(free, free.state().parameters(), start);
        for (double clipNorm : new double[] {0.1 * length, 0.9 * length}) {
            Trainer clipped = trainer(PLAIN, clipNorm);
            step(clipped, 1, 0);
            assertThat(distance(clipped, clipped.state().parameters(), start))
                    .isCloseTo(clipNorm, within(1e-4 * clipNorm));
        }
        Trainer roomy = trainer(PLAIN, 1.1 * length);
        step(roomy, 1, 0);
        assertThat(roomy.state()).isEqualTo(free.state());
    }

    @ParameterizedTest
    @MethodSource("configs")
    void aResumedTrainingEqualsAnUninterruptedOne(OptimizerConfig config) {
        Trainer uninterrupted = trainer(config, 5);
        for (int i = 0; i < 3; i++) {
            step(uninterrupted, 0.05, i);
        }
        TrainingState state = uninterrupted.state();
        TrainingState copy = new TrainingState(
                state.parameters().clone(),
                Stream.of(state.optimizer()).map(float[]::clone).toArray(float[][]::new));
        for (int i = 3; i < 6; i++) {
            step(uninterrupted, 0.05, i);
        }
        assertThat(state).as("a state taken earlier").isEqualTo(copy);
        Trainer resumed = Trainer.create(SPEC, 99, config, 5);
        resumed.restore(state);
        for (int i = 3; i < 6; i++) {
            step(resumed, 0.05, i);
        }
        assertThat(resumed.state()).isEqualTo(uninterrupted.state());
        assertThat(resumed.state()).isNotEqualTo(state);
    }

    @Test
    void refusesTheStateOfAnotherNetworkOrOptimizer() {
        Trainer trainer = trainer(PLAIN, Trainer.NO_CLIPPING);
        Trainer other = Trainer.create(SPEC.withClasses(9), 3, PLAIN, Trainer.NO_CLIPPING);
        assertThatThrownBy(() -> trainer.restore(other.state())).isInstanceOf(IllegalArgumentException.class);
        Trainer adam = trainer(new AdamW(0.9, 0.999, 1e-8, 0, DecayScope.ALL), Trainer.NO_CLIPPING);
        assertThatThrownBy(() -> trainer.restore(adam.state())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TrainingState(new float[3], new float[][] {new float[2]}))
                .hasMessageContaining("2 values");
    }

    /** In spite of momentum and weight decay, and although frozen in the midst of training. */
    @ParameterizedTest
    @MethodSource("configs")
    void frozenLayersKeepTheirParametersAndStatistics(OptimizerConfig config) {
        Trainer trainer = trainer(config, 1);
        step(trainer, 0.1, 0);
        Set<String> frozen = Set.of("conv1", "bn1", "layer1.0.conv1", "layer1.0.bn1", "fc");
        frozen.forEach(vertex -> TinyGraph.freeze(trainer.network(), vertex));
        StateDict before = weights(trainer);
        step(trainer, 0.1, 1);
        step(trainer, 0.1, 2);
        StateDict after = weights(trainer);
        for (Segment segment : trainer.layout().segments()) {
            if (frozen.contains(segment.vertex())) {
                assertThat(after.tensor(segment.key())).as(segment.key()).isEqualTo(before.tensor(segment.key()));
            } else {
                assertThat(after.tensor(segment.key())).as(segment.key()).isNotEqualTo(before.tensor(segment.key()));
            }
        }
    }

    private static StateDict weights(Trainer trainer) {
        trainer.state(); // the network's own parameters follow it
        return NetworkWeights.of(trainer.network());
    }

    @Test
    void frozenLayersDoNotCountInTheClippedNorm() {
        Trainer trainer = trainer(PLAIN, 0.01);
        step(trainer, 0, 0); // leaves gradients everywhere
        List.of("conv1", "fc").forEach(vertex -> TinyGraph.freeze(trainer.network(), vertex));
        float[] start = trainer.state().parameters();
        step(trainer, 1, 1);
        assertThat(distance(trainer, trainer.state().parameters(), start)).isCloseTo(0.01, within(1e-6));
    }

    @ParameterizedTest
    @MethodSource("configs")
    void learnsAHandfulOfImagesByHeart(OptimizerConfig config) {
        Trainer trainer = trainer(config, Trainer.NO_CLIPPING);
        double rate = config instanceof AdamW ? 0.01 : 0.1;
        StepResult first = trainer.step(images(0), SmallNetworks.labels(SPEC, BATCH), rate, 0);
        StepResult last = first;
        for (int i = 1; i < 40; i++) {
            last = trainer.step(images(0), SmallNetworks.labels(SPEC, BATCH), rate, i);
        }
        assertThat(last.loss()).isLessThan(0.3 * first.loss());
        assertThat(last.correct()).isEqualTo(BATCH);
    }

    /** Rounding differs, so the curves part slowly. */
    @Test
    void theLossCurveIsThePortableKernels() {
        ComputeThreads.use(1); // maps this small gain nothing from more
        OptimizerConfig config = new Sgd(0.9, Momentum.CLASSIC, 1e-4, DecayScope.ALL);
        Trainer fast = new Trainer(ResNet.create(SPEC, 3, Kernels.ofThisProcess()), config, Trainer.NO_CLIPPING);
        Trainer portable = new Trainer(ResNet.create(SPEC, 3, Kernels.nd4j()), config, Trainer.NO_CLIPPING);
        for (int i = 0; i < 200; i++) {
            INDArray images = images(i % 10);
            INDArray labels = SmallNetworks.labels(SPEC, BATCH);
            double actual = fast.step(images, labels, 0.02, i).loss();
            double expected = portable.step(images, labels, 0.02, i).loss();
            assertThat(actual).as("step %d", i).isCloseTo(expected, within(1e-2 * Math.max(0.1, expected)));
        }
        assertThat(FlatVector.copyOf(fast.network().params())).doesNotContain(Float.NaN);
    }
}
