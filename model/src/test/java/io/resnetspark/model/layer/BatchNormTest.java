package io.resnetspark.model.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.TinyGraph;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.weights.StateDict;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Batch normalisation by hand: the pixels 1, 2, 3 and 6 have mean 3, variance 3.5 and unbiased variance 14/3. */
class BatchNormTest {

    private static final float DEVIATION = (float) Math.sqrt(3.5 + 1e-5);

    private final INDArray images = Nd4j.createFromArray(1f, 2f, 3f, 6f).reshape('c', 2, 1, 2, 1);
    private final INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0, 0}, {0, 1, 0}});

    static Stream<Kernels> kernels() {
        return Stream.of(Kernels.ofThisProcess(), Kernels.nd4j());
    }

    private static ComputationGraph network(Kernels kernels, Activation activation) {
        return TinyGraph.of(
                new ImageShape(2, 1, 2, 1), 1, kernels, g -> g.normalise("norm", ResNet.IMAGES, 1, activation, 1));
    }

    private static float parameter(ComputationGraph network, String key) {
        return NetworkWeights.of(network).tensor(key).data()[0];
    }

    private static float[] output(ComputationGraph network, INDArray images, boolean training) {
        return SmallNetworks.values(network.feedForward(images, training).get("norm"));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void trainingUsesTheBatchsStatistics(Kernels kernels) {
        ComputationGraph network = network(kernels, Activation.IDENTITY);
        network.getLayer("norm").setParam("weight", Nd4j.createFromArray(2f));
        network.getLayer("norm").setParam("bias", Nd4j.createFromArray(5f));
        float[] expected = {5 - 4 / DEVIATION, 5 - 2 / DEVIATION, 5, 5 + 6 / DEVIATION};
        assertThat(output(network, images, true)).containsExactly(expected, within(1e-5f));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void reluFollowsTheShift(Kernels kernels) {
        ComputationGraph network = network(kernels, Activation.RELU);
        network.getLayer("norm").setParam("bias", Nd4j.createFromArray(1f));
        float[] expected = {0, 1 - 1 / DEVIATION, 1, 1 + 3 / DEVIATION};
        assertThat(output(network, images, true)).containsExactly(expected, within(1e-5f));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void runningStatisticsFollowAsInPyTorch(Kernels kernels) {
        ComputationGraph network = network(kernels, Activation.IDENTITY);
        TinyGraph.gradient(network, images, labels);
        assertThat(parameter(network, "norm.running_mean")).isCloseTo(0.1f * 3, within(1e-6f));
        assertThat(parameter(network, "norm.running_var")).isCloseTo(0.9f + 0.1f * 14 / 3, within(1e-6f));
        TinyGraph.gradient(network, images.add(10), labels);
        assertThat(parameter(network, "norm.running_mean")).isCloseTo(0.9f * 0.3f + 0.1f * 13, within(1e-5f));
        assertThat(parameter(network, "norm.running_var"))
                .isCloseTo(0.9f * (0.9f + 0.1f * 14 / 3) + 0.1f * 14 / 3, within(1e-5f));
        assertThat(parameter(network, "norm.weight")).isOne();
        assertThat(parameter(network, "norm.bias")).isZero();
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void inferenceUsesTheRunningStatisticsAndLeavesThem(Kernels kernels) {
        ComputationGraph network = network(kernels, Activation.IDENTITY);
        network.getLayer("norm").setParam("mean", Nd4j.createFromArray(1f));
        network.getLayer("norm").setParam("var", Nd4j.createFromArray(4f - 1e-5f));
        StateDict before = NetworkWeights.of(network);
        assertThat(output(network, images, false)).containsExactly(new float[] {0, 0.5f, 1, 2.5f}, within(1e-6f));
        assertThat(network.score(new org.nd4j.linalg.dataset.DataSet(images, labels), false))
                .isPositive();
        assertThat(NetworkWeights.of(network)).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void aFrozenLayerTrainsNothingAndUsesTheRunningStatistics(Kernels kernels) {
        ComputationGraph network = network(kernels, Activation.IDENTITY);
        network.getLayer("norm").setParam("mean", Nd4j.createFromArray(1f));
        TinyGraph.gradient(network, images, labels);
        StateDict before = NetworkWeights.of(network);
        TinyGraph.freeze(network, "norm");
        float[] inference = output(network, images, false);
        assertThat(output(network, images, true)).containsExactly(inference);
        float[] gradient = TinyGraph.gradient(network, images, labels);
        assertThat(gradient).startsWith(0, 0, 0, 0);
        assertThat(NetworkWeights.of(network)).isEqualTo(before);
    }

    /** The variance of a single sample is 0; PyTorch refuses it, an unbiased one would divide by 0. */
    @ParameterizedTest
    @MethodSource("kernels")
    void aSinglePixelGivesFiniteStatistics(Kernels kernels) {
        ComputationGraph network = TinyGraph.of(
                new ImageShape(1, 1, 1, 1), 1, kernels, g -> g.normalise("norm", ResNet.IMAGES, 1, Activation.RELU, 1));
        INDArray pixel = Nd4j.createFromArray(7f).reshape('c', 1, 1, 1, 1);
        assertThat(output(network, pixel, true)).containsExactly(0);
        assertThat(parameter(network, "norm.running_var")).isCloseTo(0.9f, within(1e-6f));
    }
}
