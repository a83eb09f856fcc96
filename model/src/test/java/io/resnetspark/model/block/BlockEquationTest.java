package io.resnetspark.model.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.ResNet;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.TinyGraph;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.program.ImageShape;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@code y = relu(F(x) + shortcut(x))} by hand, for one image of 2 x 2 pixels, 1 2 / 3 4. Every 3x3 window with padding
 * sees all four pixels, so a filter of ones sums them. The batch norms divide by 1.
 */
class BlockEquationTest {

    private static final INDArray IMAGE = Nd4j.createFromArray(1f, 2f, 3f, 4f).reshape('c', 1, 2, 2, 1);

    static Stream<Kernels> kernels() {
        return Stream.of(Kernels.ofThisProcess(), Kernels.nd4j());
    }

    private static ComputationGraph network(Kernels kernels, Block block, int outputs, int width, int stride) {
        ComputationGraph network = TinyGraph.of(
                new ImageShape(1, 2, 2, 1),
                outputs,
                kernels,
                g -> block.append(g, "b", ResNet.IMAGES, 1, width, stride));
        for (Layer layer : network.getLayers()) {
            if (layer.getParam("var") != null) {
                layer.getParam("var").assign(1 - 1e-5); // so that sqrt(var + epsilon) is 1
            }
        }
        return network;
    }

    private static void set(ComputationGraph network, String vertex, String parameter, float... values) {
        INDArray array = network.getLayer(vertex).getParam(parameter);
        array.assign(
                values.length == 1
                        ? array.ulike().assign(values[0])
                        : Nd4j.createFromArray(values).reshape('c', array.shape()));
    }

    private static void assertOutput(ComputationGraph network, String vertex, float... expected) {
        float[] actual = SmallNetworks.values(network.feedForward(IMAGE, false).get(vertex));
        assertThat(actual).containsExactly(expected, within(1e-4f));
    }

    /** conv1: 10 each; bn1: 0.1 * 10 - 0.5 = 0.5; conv2: 2 each; bn2: 2 - 4 = -2. */
    private static void setBranch(ComputationGraph network) {
        set(network, "b.conv1", "weight", 1);
        set(network, "b.bn1", "weight", 0.1f);
        set(network, "b.bn1", "bias", -0.5f);
        set(network, "b.conv2", "weight", 1);
        set(network, "b.bn2", "bias", -4);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void basicBlock(Kernels kernels) {
        ComputationGraph network = network(kernels, new BasicBlock(Shortcut.PROJECTION, Bias.NONE, 1), 1, 1, 1);
        setBranch(network);
        assertOutput(network, "b.bn1", 0.5f, 0.5f, 0.5f, 0.5f);
        assertOutput(network, "b.bn2", -2, -2, -2, -2);
        assertOutput(network, "b", 0, 0, 1, 2);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void basicBlockWithBiases(Kernels kernels) {
        ComputationGraph network = network(kernels, new BasicBlock(Shortcut.PROJECTION, Bias.ADDED, 1), 1, 1, 1);
        setBranch(network);
        set(network, "b.conv1", "bias", 0);
        set(network, "b.conv2", "bias", 1.5f);
        assertOutput(network, "b", 0.5f, 1.5f, 2.5f, 3.5f);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void itsPlainTwinLosesTheInput(Kernels kernels) {
        ComputationGraph network = network(kernels, new PlainBlock(), 1, 1, 1);
        setBranch(network);
        assertOutput(network, "b.bn2", 0, 0, 0, 0);
        set(network, "b.bn2", "bias", 1);
        assertOutput(network, "b.bn2", 3, 3, 3, 3);
    }

    /** Stride 2 leaves the first pixel; the branch's -2 meets 0, x = 1 and 0. */
    @ParameterizedTest
    @MethodSource("kernels")
    void optionASubsamplesAndPadsWithZeroChannels(Kernels kernels) {
        ComputationGraph network = network(kernels, new BasicBlock(Shortcut.PAD, Bias.NONE, 1), 3, 3, 2);
        set(network, "b.conv1", "weight", 1);
        set(network, "b.bn1", "weight", 0.1f);
        set(network, "b.bn1", "bias", 0);
        set(network, "b.conv2", "weight", 1f / 3); // the mean of three equal channels: 1
        set(network, "b.bn2", "bias", -0.75f);
        assertOutput(network, "b.shortcut", 0, 1, 0);
        assertOutput(network, "b", 0.25f, 1.25f, 0.25f);
    }

    /** downsample.0: 3 x - 1 after downsample.1, at the first pixel: 2. */
    @ParameterizedTest
    @MethodSource("kernels")
    void projectionShortcutIsAConvolutionAndABatchNorm(Kernels kernels) {
        ComputationGraph network = network(kernels, new BasicBlock(Shortcut.PROJECTION, Bias.NONE, 1), 2, 2, 2);
        set(network, "b.conv1", "weight", 1);
        set(network, "b.bn1", "weight", 0.1f);
        set(network, "b.conv2", "weight", 0.5f); // the mean of two equal channels: 1
        set(network, "b.bn2", "weight", 1, -4);
        set(network, "b.downsample.0", "weight", 3);
        set(network, "b.downsample.1", "bias", -1);
        assertOutput(network, "b.downsample.1", 2, 2);
        assertOutput(network, "b", 3, 0);
    }

    /** conv1 doubles; conv2 with stride 2 sums to 20, bn2 makes it 2; conv3 and the projection have a filter per channel. */
    @ParameterizedTest
    @MethodSource("kernels")
    void bottleneck(Kernels kernels) {
        ComputationGraph network = network(kernels, new Bottleneck(Shortcut.PROJECTION, 1), 4, 1, 2);
        set(network, "b.conv1", "weight", 2);
        set(network, "b.conv2", "weight", 1);
        set(network, "b.bn2", "weight", 0.1f);
        set(network, "b.conv3", "weight", 1, -1, 0.5f, 0);
        set(network, "b.downsample.0", "weight", 1, 1, -1, 2);
        assertOutput(network, "b.bn1", 2, 4, 6, 8);
        assertOutput(network, "b.bn2", 2);
        assertOutput(network, "b.bn3", 2, -2, 1, 0);
        assertOutput(network, "b", 3, 0, 0, 2);
    }

    /** Goyal et al. 2017: with the last scale 0 a block starts as the identity, up to the ReLU of its sum. */
    @ParameterizedTest
    @MethodSource("kernels")
    void aBlockWithoutLastScaleIsTheIdentity(Kernels kernels) {
        assertOutput(network(kernels, new BasicBlock(Shortcut.PAD, Bias.NONE, 0), 1, 1, 1), "b", 1, 2, 3, 4);
    }
}
