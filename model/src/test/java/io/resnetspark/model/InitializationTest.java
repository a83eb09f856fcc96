package io.resnetspark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import io.resnetspark.model.training.Trainer;
import io.resnetspark.model.weights.StateDict;
import java.util.Arrays;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Networks start as torchvision's do. */
class InitializationTest {

    private static StateDict initial(ResNetSpec spec, long seed) {
        return NetworkWeights.of(ResNet.create(spec, seed));
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double deviation(float[] values) {
        double mean = mean(values);
        double squares = 0;
        for (float value : values) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / values.length);
    }

    /** He et al. 2015: standard deviation sqrt(2 / (out * size * size)). A sample of n deviates from it by 1 / sqrt(2 n). */
    @ParameterizedTest
    @CsvSource({
        "conv1.weight, 64, 7",
        "layer1.0.conv1.weight, 64, 3",
        "layer3.0.conv1.weight, 256, 3",
        "layer2.0.downsample.0.weight, 128, 1",
        "layer4.1.conv2.weight, 512, 3",
    })
    void convolutionsAreNormalWithFanOutVariance(String key, int outputs, int size) {
        float[] values = initial(Architecture.RESNET18.spec(), 7).tensor(key).data();
        double expected = Math.sqrt(2.0 / (outputs * size * size));
        double standardError = expected / Math.sqrt(2.0 * values.length);
        assertThat(deviation(values)).isCloseTo(expected, within(4 * standardError));
        assertThat(mean(values)).isCloseTo(0, within(4 * expected / Math.sqrt(values.length)));
        double beyondTwo = (double) java.util.stream.IntStream.range(0, values.length)
                        .filter(i -> Math.abs(values[i]) > 2 * expected)
                        .count()
                / values.length;
        assertThat(beyondTwo).as("a normal distribution's tails").isCloseTo(0.0455, within(0.01));
    }

    @ParameterizedTest
    @EnumSource(
            value = Architecture.class,
            names = {"RESNET18", "MYRESNET", "CIFAR_PLAIN20"})
    void batchNormsStartAsStandardisationAndBiasesInTheirRange(Architecture architecture) {
        ResNetSpec spec = SmallNetworks.spec(architecture);
        StateDict initial = initial(spec, 1);
        int normalised = 0;
        for (String key : initial.names()) {
            String name = key.substring(0, key.lastIndexOf('.'));
            float[] values = initial.tensor(key).data();
            if (initial.contains(name + ".running_mean")) {
                float expected = key.endsWith("weight") || key.endsWith("running_var") ? 1 : 0;
                assertThat(values).as(key).containsOnly(expected);
                normalised++;
            } else if (key.endsWith("bias")) {
                long[] shape = initial.tensor(name + ".weight").shape();
                double bound = 1 / Math.sqrt(Arrays.stream(shape).skip(1).reduce(1, Math::multiplyExact));
                for (float value : values) {
                    assertThat(Math.abs(value)).as(key).isLessThanOrEqualTo((float) bound);
                }
                assertThat(deviation(values)).as(key).isGreaterThan(0.1 * bound);
            }
        }
        assertThat(normalised).isPositive();
    }

    @Test
    void theHeadIsUniform() {
        float[] values =
                initial(Architecture.RESNET18.spec(), 3).tensor("fc.weight").data();
        double bound = 1 / Math.sqrt(512);
        assertThat(deviation(values)).isCloseTo(bound / Math.sqrt(3), within(0.005 * bound));
        for (float value : values) {
            assertThat(Math.abs(value)).isLessThanOrEqualTo((float) bound);
        }
    }

    @Test
    void lastScalesOfBlocksAreZeroOnRequest() {
        ResNetSpec basic = SmallNetworks.spec(Architecture.RESNET18).withLastScale(0);
        assertThat(initial(basic, 1).tensor("layer2.0.bn2.weight").data()).containsOnly(0);
        assertThat(initial(basic, 1).tensor("layer2.0.bn1.weight").data()).containsOnly(1);
        assertThat(initial(basic, 1).tensor("layer2.0.downsample.1.weight").data())
                .containsOnly(1);
        ResNetSpec bottleneck = SmallNetworks.spec(Architecture.RESNET50).withLastScale(0);
        assertThat(initial(bottleneck, 1).tensor("layer1.2.bn3.weight").data()).containsOnly(0);
    }

    /** A scale and a padded channel that are both 0 meet in a ReLU at 0, which has no slope: the channel would stay dead. */
    @ParameterizedTest
    @ValueSource(strings = {"resnet18", "resnet50", "cifar-resnet20"})
    void everyScaleThatStartsAtZeroLearns(String name) {
        ResNetSpec spec = SmallNetworks.shallow(Architecture.named(name)).withLastScale(0);
        ComputationGraph network = ResNet.create(spec, 1);
        OptimizerConfig plain = new Sgd(0, Momentum.CLASSIC, 0, DecayScope.ALL);
        try (Trainer trainer = new Trainer(network, plain, Trainer.NO_CLIPPING)) {
            INDArray images = SmallNetworks.batch(spec, SmallNetworks.images(spec, 5, 3));
            trainer.step(images, SmallNetworks.labels(spec, 5), 0.1, 0);
            StateDict after =
                    NetworkWeights.fromFlat(trainer.layout(), trainer.state().parameters());
            after.forEach((key, tensor) -> {
                if (tensor.shape().length == 1 && key.endsWith(".weight")) {
                    assertThat(tensor.data()).as(key).doesNotContain(0);
                }
            });
        }
    }

    @Test
    void theSeedAloneDecides() {
        ResNetSpec spec = Architecture.CIFAR_RESNET20.spec();
        StateDict first = initial(spec, 5);
        assertThat(NetworkWeights.of(ResNet.create(spec, 5, Kernels.nd4j()))).isEqualTo(first);
        assertThat(NetworkWeights.of(ResNet.create(spec, 5, Kernels.ofThisProcess())))
                .isEqualTo(first);
        assertThat(initial(spec, 6)).isNotEqualTo(first);
    }

    /** The same layer starts alike in networks that differ elsewhere, as a head for other classes. */
    @Test
    void aLayersStartDependsOnItsNameOnly() {
        ResNetSpec spec = Architecture.CIFAR_RESNET20.spec();
        assertThat(initial(spec.withClasses(3), 5).tensor("layer3.2.conv2.weight"))
                .isEqualTo(initial(spec, 5).tensor("layer3.2.conv2.weight"));
    }

    /** Parameters of equal shape under other seeds or names are independent: no values in common, even shifted. */
    @Test
    void noTwoSeedsOrLayersShareValues() {
        ResNetSpec spec = SmallNetworks.spec(Architecture.CIFAR_RESNET20);
        java.util.Set<Float> seen = new java.util.HashSet<>();
        long drawn = 0;
        for (long seed : new long[] {0, 1, 2, -1, 1L << 32}) {
            for (String key :
                    new String[] {"layer1.0.conv1.weight", "layer1.0.conv2.weight", "layer1.1.conv1.weight"}) {
                for (float value : initial(spec, seed).tensor(key).data()) {
                    seen.add(value);
                    drawn++;
                }
            }
        }
        // a few of some 5,000 floats of similar size may coincide
        assertThat((double) seen.size()).isGreaterThan(0.99 * drawn);
    }
}
