package io.resnetspark.model.training;

import static io.resnetspark.model.RelativeDifference.difference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.FlatVector;
import io.resnetspark.model.NetworkName;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ParameterLayout.Segment;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.TinyGraph;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.layer.BatchNorm;
import io.resnetspark.model.layer.Freezable;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.OptimizerConfig.AdamW;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Lars;
import io.resnetspark.model.optim.OptimizerConfig.Sgd;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import io.resnetspark.model.optim.RateFactors;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.Programs;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.TrainingPrecision;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Whole networks trained as programs against the same networks trained layer by layer by ND4J: the order of operations, what
 * is read when, sums of gradients where paths fork, updates.
 */
abstract class TrainingAgreement {

    static final int BATCH = 5;
    static final OptimizerConfig PLAIN = new Sgd(0, Momentum.CLASSIC, 0, DecayScope.ALL);
    static final RateFactors HEAD_AND_BIASES = segment ->
            segment.vertex().equals(ResNet.LOGITS) ? 2 : segment.parameter().equals("bias") ? 4 : 1;
    static final ResNetSpec SPEC = SmallNetworks.shallow(Architecture.CIFAR_RESNET20);

    /** Whether batch norms learn, or use and keep the running statistics. */
    private enum BatchNorms {
        TRAINED,
        FROZEN
    }

    /** What trains the programs; skips the test where it cannot be had. */
    abstract Kernels kernels();

    private record Outcome(float[] probabilities, double loss, long correct, float[] step, float[] after) {}

    static ComputationGraph network(ResNetSpec spec, Kernels kernels) {
        ComputationGraph network = ResNet.create(spec, 0, kernels);
        NetworkWeights.load(network, SmallNetworks.weights(spec, 2));
        return network;
    }

    static INDArray images(ResNetSpec spec, int count, long seed) {
        return SmallNetworks.batch(spec, SmallNetworks.images(spec, count, seed));
    }

    /** One step of plain descent: the parameters move along the gradient. */
    private static Outcome outcome(ResNetSpec spec, BatchNorms norms, Kernels kernels, TrainingPrecision precision) {
        ComputationGraph network = network(spec, kernels);
        for (Layer layer : network.getLayers()) {
            if (norms == BatchNorms.FROZEN && layer.conf().getLayer() instanceof BatchNorm) {
                ((Freezable) layer).freeze();
            }
        }
        try (Trainer trainer = new Trainer(network, PLAIN, Trainer.NO_CLIPPING, RateFactors.EQUAL, precision)) {
            INDArray images = images(spec, BATCH, 3);
            float[] probabilities = SmallNetworks.values(trainer.probabilities(images));
            float[] before = trainer.state().parameters();
            StepResult result = trainer.step(images, SmallNetworks.labels(spec, BATCH), 1, 0);
            float[] after = trainer.state().parameters();
            float[] step = new float[after.length];
            for (int i = 0; i < step.length; i++) {
                step[i] = after[i] - before[i];
            }
            return new Outcome(probabilities, result.loss(), result.correct(), step, after);
        }
    }

    private void assertSame(ResNetSpec spec, BatchNorms norms) {
        Outcome actual = outcome(spec, norms, kernels(), TrainingPrecision.FP32);
        Outcome expected = outcome(spec, norms, Kernels.nd4j(), TrainingPrecision.FP32);
        assertThat(difference(actual.probabilities(), expected.probabilities()))
                .as("probabilities")
                .isLessThan(1e-5);
        assertThat(actual.loss()).isCloseTo(expected.loss(), within(1e-5 * Math.max(1, expected.loss())));
        assertThat(actual.correct()).isEqualTo(expected.correct());
        assertThat(difference(actual.step(), expected.step())).as("step").isLessThan(1e-4);
        assertThat(difference(actual.after(), expected.after()))
                .as("parameters and running statistics")
                .isLessThan(1e-5);
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void everyArchitectureByItsRunningStatistics(Architecture architecture) {
        assertSame(SmallNetworks.spec(architecture), BatchNorms.FROZEN);
    }

    /** Shallow: deep networks multiply differences of rounding by the statistics of a small batch. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void everyKindOfNetworkInTraining(Architecture architecture) {
        assertSame(SmallNetworks.shallow(architecture), BatchNorms.TRAINED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cifar-resnet20+norm=none", "cifar-plain20+norm=none", "cifar-resnet20+widths=5-11-22"})
    void variations(String name) {
        assertSame(NetworkName.parse(name).spec().withClasses(5).withInput(3, 8), BatchNorms.FROZEN);
    }

    @Test
    void aHeadAlone() {
        INDArray features = Nd4j.createFromArray(SmallNetworks.images(SPEC.withInput(1, 6), 7, 4))
                .reshape(7, 36);
        INDArray labels = Nd4j.eye(7);
        float[][] after = new float[2][];
        int i = 0;
        for (Kernels kernels : new Kernels[] {kernels(), Kernels.nd4j()}) {
            ComputationGraph head = ResNet.head(36, 7, 5);
            TinyGraph.use(head, kernels);
            try (Trainer trainer = new Trainer(head, PLAIN, Trainer.NO_CLIPPING)) {
                trainer.step(features, labels, 1, 0);
                after[i++] = trainer.state().parameters();
            }
        }
        assertThat(difference(after[0], after[1])).isLessThan(1e-5);
    }

    static Stream<OptimizerConfig> configs() {
        return Stream.of(
                new Sgd(0.9, Momentum.NESTEROV, 1e-2, DecayScope.ALL),
                new Sgd(0.9, Momentum.CLASSIC, 1e-2, DecayScope.WEIGHTS),
                new AdamW(0.9, 0.999, 1e-3, 1e-2, DecayScope.ALL),
                new Lars(0.9, 0.01, 1e-2));
    }

    /** With clipping, a faster head, faster biases, and layers that freeze on the way. */
    @ParameterizedTest
    @MethodSource("configs")
    void stepsAndStateOfEveryOptimizer(OptimizerConfig config) {
        TrainingState[] states = new TrainingState[2];
        int i = 0;
        for (Kernels kernels : new Kernels[] {kernels(), Kernels.nd4j()}) {
            try (Trainer trainer =
                    new Trainer(network(SPEC, kernels), config, 0.5, HEAD_AND_BIASES, TrainingPrecision.FP32)) {
                for (int step = 0; step < 4; step++) {
                    if (step == 2) {
                        List.of("conv1", "bn1", "layer1.0.conv1").forEach(v -> TinyGraph.freeze(trainer.network(), v));
                    }
                    trainer.step(images(SPEC, BATCH, step), SmallNetworks.labels(SPEC, BATCH), 0.02, step);
                }
                states[i++] = trainer.state();
            }
        }
        assertThat(difference(states[0].parameters(), states[1].parameters())).isLessThan(1e-4);
        for (int v = 0; v < states[0].optimizer().length; v++) {
            assertThat(difference(states[0].optimizer()[v], states[1].optimizer()[v]))
                    .as("state vector %d", v)
                    .isLessThan(2e-3);
        }
    }

    @ParameterizedTest
    @MethodSource("configs")
    void frozenLayersKeepTheirParametersAndStatistics(OptimizerConfig config) {
        List<String> frozen = List.of("conv1", "bn1", "layer1.0.conv1", "layer1.0.bn1");
        try (Trainer trainer = new Trainer(network(SPEC, kernels()), config, 1)) {
            trainer.step(images(SPEC, BATCH, 0), SmallNetworks.labels(SPEC, BATCH), 0.1, 0);
            frozen.forEach(vertex -> TinyGraph.freeze(trainer.network(), vertex));
            float[] before = trainer.state().parameters();
            trainer.step(images(SPEC, BATCH, 1), SmallNetworks.labels(SPEC, BATCH), 0.1, 1);
            float[] after = trainer.state().parameters();
            for (Segment segment : trainer.layout().segments()) {
                boolean same = true;
                for (int i = segment.offset(); i < segment.end(); i++) {
                    same &= before[i] == after[i];
                }
                assertThat(same).as(segment.key()).isEqualTo(frozen.contains(segment.vertex()));
            }
        }
    }

    /** The last minibatch of an epoch is shorter, and validation comes between: memory is laid out anew for each. */
    @ParameterizedTest
    @MethodSource("configs")
    void aResumedTrainingEqualsAnUninterruptedOne(OptimizerConfig config) {
        Kernels kernels = kernels();
        try (Trainer uninterrupted = new Trainer(network(SPEC, kernels), config, 5);
                Trainer resumed = new Trainer(ResNet.create(SPEC, 99, kernels), config, 5)) {
            for (int i = 0; i < 3; i++) {
                uninterrupted.step(images(SPEC, BATCH - i, i), SmallNetworks.labels(SPEC, BATCH - i), 0.05, i);
            }
            resumed.restore(uninterrupted.state());
            resumed.probabilities(images(SPEC, BATCH + 1, 7));
            for (int i = 3; i < 5; i++) {
                for (Trainer trainer : List.of(uninterrupted, resumed)) {
                    trainer.step(images(SPEC, BATCH, i), SmallNetworks.labels(SPEC, BATCH), 0.05, i);
                }
            }
            assertThat(resumed.state()).isEqualTo(uninterrupted.state());
        }
    }

    /** A training goes on where another kind of worker left it. */
    @Test
    void continuesATrainingOfTheCpu() {
        OptimizerConfig config = new Sgd(0.9, Momentum.CLASSIC, 1e-4, DecayScope.ALL);
        try (Trainer cpu = new Trainer(network(SPEC, Kernels.nd4j()), config, Trainer.NO_CLIPPING);
                Trainer device = new Trainer(ResNet.create(SPEC, 99, kernels()), config, Trainer.NO_CLIPPING)) {
            cpu.step(images(SPEC, BATCH, 0), SmallNetworks.labels(SPEC, BATCH), 0.05, 0);
            device.restore(cpu.state());
            assertThat(device.state()).isEqualTo(cpu.state());
            for (Trainer trainer : List.of(cpu, device)) {
                trainer.step(images(SPEC, BATCH, 1), SmallNetworks.labels(SPEC, BATCH), 0.05, 1);
            }
            assertThat(difference(device.state().parameters(), cpu.state().parameters()))
                    .isLessThan(1e-5);
        }
    }

    @Test
    void parametersCanBeReplacedForValidation() {
        try (Trainer trainer = new Trainer(network(SPEC, kernels()), PLAIN, Trainer.NO_CLIPPING)) {
            INDArray images = images(SPEC, BATCH, 1);
            float[] parameters = trainer.state().parameters();
            float[] first = SmallNetworks.values(trainer.probabilities(images));
            trainer.useParameters(new float[parameters.length]);
            assertThat(SmallNetworks.values(trainer.probabilities(images))).containsOnly(1f / SPEC.classes());
            trainer.useParameters(parameters);
            assertThat(SmallNetworks.values(trainer.probabilities(images))).isEqualTo(first);
            assertThatThrownBy(() -> trainer.useParameters(new float[3])).hasMessageContaining("3 parameters");
        }
    }

    /** Batch norms that are frozen keep their statistics. */
    @Test
    void measuresWhatBatchNormsSee() {
        float[][] replaced = new float[2][];
        int i = 0;
        for (Kernels kernels : new Kernels[] {kernels(), Kernels.nd4j()}) {
            ComputationGraph network = network(SPEC, kernels);
            TinyGraph.freeze(network, "bn1");
            float[] parameters = FlatVector.copyOf(network.params());
            try (BatchNormMeasurement measurement = new BatchNormMeasurement(network, TrainingPrecision.FP32)) {
                for (int seed = 0; seed < 3; seed++) {
                    measurement.add(images(SPEC, BATCH - seed, seed));
                }
                replaced[i++] = measurement.estimate().replaceIn(parameters, ParameterLayout.of(SPEC));
            }
            assertThat(replaced[i - 1]).isNotEqualTo(parameters);
            network.close();
        }
        assertThat(difference(replaced[0], replaced[1])).isLessThan(1e-5);
    }

    /**
     * A step in bfloat16 against one in single precision. Every map and weight is rounded once, by at most half a unit in the
     * last of 8 places, which adds up like noise and gives the error of the maps. Relative to a map's spread, a part of about
     * 0.8 of that of its values lies so near zero that a ReLU may decide otherwise (normal density 0.4 at zero, mean error
     * 0.8 of its root mean square; 0.64 among the half that passes), and then a gradient is there or not: to its squared
     * error every ReLU adds up to as much as the maps' error itself.
     */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void mixedPrecisionLosesWhatItsRoundingTakes(Architecture architecture) {
        assumeTrue(kernels().trainsIn(TrainingPrecision.BF16), "bf16 needs AVX-512");
        ResNetSpec spec = SmallNetworks.shallow(architecture);
        Outcome mixed = outcome(spec, BatchNorms.TRAINED, kernels(), TrainingPrecision.BF16);
        Outcome exact = outcome(spec, BatchNorms.TRAINED, Kernels.nd4j(), TrainingPrecision.FP32);
        List<Step> steps = Programs.training(spec).steps();
        double forward = Math.sqrt(2.0 * steps.size()) / 512;
        double backward =
                Math.sqrt(steps.stream().filter(TrainingAgreement::endsInRelu).count() * forward);
        assertThat(difference(mixed.probabilities(), exact.probabilities()))
                .as("probabilities")
                .isPositive()
                .isLessThan(forward);
        assertThat(mixed.loss()).isCloseTo(exact.loss(), within(forward * Math.max(1, exact.loss())));
        assertThat(difference(mixed.step(), exact.step())).as("step").isLessThan(backward);
    }

    private static boolean endsInRelu(Step step) {
        return step instanceof Step.Relu
                || (step instanceof Step.BatchNorm norm && norm.activation() == Activation.RELU)
                || (step instanceof Step.ResidualAdd add && add.activation() == Activation.RELU);
    }

    @Test
    void mixedPrecisionLearnsAsSinglePrecisionDoes() {
        assumeTrue(kernels().trainsIn(TrainingPrecision.BF16), "bf16 needs AVX-512");
        OptimizerConfig config = new Sgd(0.9, Momentum.CLASSIC, 1e-4, DecayScope.ALL);
        try (Trainer mixed = trainer(config, TrainingPrecision.BF16);
                Trainer single = new Trainer(network(SPEC, Kernels.nd4j()), config, Trainer.NO_CLIPPING)) {
            double first = 0;
            double last = 0;
            for (int i = 0; i < 30; i++) {
                INDArray images = images(SPEC, BATCH, 0);
                INDArray labels = SmallNetworks.labels(SPEC, BATCH);
                last = mixed.step(images, labels, 0.05, i).loss();
                double exact = single.step(images, labels, 0.05, i).loss();
                first = i == 0 ? last : first;
                if (i < 3) {
                    assertThat(last).as("step %d", i).isCloseTo(exact, within(0.05 * exact));
                }
            }
            assertThat(last).isLessThan(0.3 * first);
        }
    }

    private Trainer trainer(OptimizerConfig config, TrainingPrecision precision) {
        return new Trainer(network(SPEC, kernels()), config, Trainer.NO_CLIPPING, RateFactors.EQUAL, precision);
    }

    /** Weights are rounded to be multiplied, but kept, averaged and stored as they are. */
    @ParameterizedTest
    @EnumSource(
            value = TrainingPrecision.class,
            names = {"FP32", "BF16"})
    void everyStepIsRepeatableBitForBit(TrainingPrecision precision) {
        assumeTrue(kernels().trainsIn(precision), "bf16 needs AVX-512");
        OptimizerConfig config = new Sgd(0.9, Momentum.CLASSIC, 1e-4, DecayScope.ALL);
        try (Trainer uninterrupted = trainer(config, precision);
                Trainer resumed = trainer(config, precision)) {
            for (int i = 0; i < 3; i++) {
                uninterrupted.step(images(SPEC, BATCH - i, i), SmallNetworks.labels(SPEC, BATCH - i), 0.05, i);
            }
            resumed.restore(uninterrupted.state());
            for (int i = 3; i < 5; i++) {
                for (Trainer trainer : List.of(uninterrupted, resumed)) {
                    trainer.step(images(SPEC, BATCH, i), SmallNetworks.labels(SPEC, BATCH), 0.05, i);
                }
            }
            assertThat(resumed.state()).isEqualTo(uninterrupted.state());
        }
    }

    @Test
    void refusesImagesAndLabelsOfOtherShapes() {
        try (Trainer trainer = new Trainer(network(SPEC, kernels()), PLAIN, Trainer.NO_CLIPPING)) {
            assertThatThrownBy(() -> trainer.probabilities(Nd4j.zeros(2, 8, 8, 4)))
                    .hasMessageContaining("conv1 takes 3 channels, not 4");
            assertThatThrownBy(() -> trainer.step(images(SPEC, 2, 0), SmallNetworks.labels(SPEC, 3), 0.1, 0))
                    .hasMessageContaining("Labels must be [2, 5]");
        }
    }

    @Test
    void aDivergedTrainingShows() {
        try (Trainer trainer = new Trainer(network(SPEC, kernels()), PLAIN, Trainer.NO_CLIPPING)) {
            float[] parameters = trainer.state().parameters();
            parameters[0] = Float.NaN; // in the first convolution
            trainer.useParameters(parameters);
            StepResult result = trainer.step(images(SPEC, BATCH, 0), SmallNetworks.labels(SPEC, BATCH), 0.1, 0);
            assertThat(result.loss()).isNaN();
        }
    }
}
