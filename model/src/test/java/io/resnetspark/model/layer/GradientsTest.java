package io.resnetspark.model.layer;

import static io.resnetspark.model.layer.Convolution.InputGradient.NEEDED;
import static io.resnetspark.model.layer.Convolution.InputGradient.SKIPPED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.FlatVector;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ReferenceNetwork;
import io.resnetspark.model.ReferenceNetwork.Maps;
import io.resnetspark.model.ReferenceNetwork.Mode;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.TinyGraph;
import io.resnetspark.model.block.GraphSketch;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every layer's outputs and gradients, on both kernels, against a double-precision reference and its differences. */
class GradientsTest {

    private static final ImageShape IMAGES = new ImageShape(3, 7, 6, 2);

    /** Uneven, and one row as mixing images leaves it. */
    private static final float[] LABELS = {0, 1, 0, 0.7f, 0, 0.3f, 1, 0, 0};

    private static Arguments layer(String description, int channels, Function<GraphSketch, String> layer) {
        return Arguments.of(description, channels, layer);
    }

    static Stream<Arguments> layers() {
        return Stream.of(
                layer("convolution", 4, g -> g.layer("x", convolution(4, 3, 1, 1, Bias.NONE), "stem")),
                layer("convolution with stride", 4, g -> g.layer("x", convolution(4, 3, 2, 1, Bias.NONE), "stem")),
                layer("convolution with bias", 5, g -> g.layer("x", convolution(5, 3, 2, 0, Bias.ADDED), "stem")),
                layer("convolution of pixels", 4, g -> g.layer("x", convolution(4, 1, 2, 0, Bias.NONE), "stem")),
                layer("wide convolution", 4, g -> g.layer("x", convolution(4, 5, 3, 2, Bias.ADDED), "stem")),
                layer("batch norm", 3, g -> g.layer("x", new BatchNorm(3, Activation.IDENTITY, 1), "stem")),
                layer("batch norm and ReLU", 3, g -> g.layer("x", new BatchNorm(3, Activation.RELU, 1), "stem")),
                layer("frozen batch norm", 3, g -> g.layer("frozen", new BatchNorm(3, Activation.IDENTITY, 1), "stem")),
                layer(
                        "frozen batch norm and ReLU",
                        3,
                        g -> g.layer("frozen", new BatchNorm(3, Activation.RELU, 1), "stem")),
                layer("ReLU", 3, g -> g.layer("x", new Relu(), "stem")),
                layer("max pooling", 3, g -> g.layer("x", new MaxPool(3, 2, 1), "stem")),
                layer("max pooling without padding", 3, g -> g.layer("x", new MaxPool(2, 2, 0), "stem")),
                layer("pad shortcut", 7, g -> g.layer("x", new PadShortcut(2, 7), "stem")),
                layer("pad shortcut without stride", 5, g -> g.layer("x", new PadShortcut(1, 5), "stem")),
                layer("residual add", 3, g -> block(g, Activation.IDENTITY)),
                layer("residual add and ReLU", 3, g -> block(g, Activation.RELU)));
    }

    private static Convolution convolution(int outputs, int size, int stride, int padding, Bias bias) {
        return new Convolution(3, outputs, size, stride, padding, bias, NEEDED);
    }

    /** An identity shortcut, so that the gradients of two readers meet. */
    private static String block(GraphSketch graph, Activation activation) {
        String branch = graph.layer("branch", convolution(3, 3, 1, 1, Bias.ADDED), "stem");
        return graph.add("x", activation, branch, "stem");
    }

    /** The layer between a convolution, whose gradient needs the layer's input gradient, and others that tell pixels apart. */
    private static ComputationGraph network(int channels, Function<GraphSketch, String> layer, Kernels kernels) {
        ComputationGraph network = TinyGraph.of(IMAGES, 4, kernels, graph -> {
            graph.layer("stem", new Convolution(2, 3, 3, 1, 1, Bias.NONE, SKIPPED), ResNet.IMAGES);
            String x = layer.apply(graph);
            x = graph.normalise("norm", x, channels, Activation.RELU, 1);
            return graph.convolution("last", x, channels, 4, 3, 2, Bias.NONE);
        });
        TinyGraph.disturb(network, 8);
        if (network.getVertex("frozen") != null) {
            TinyGraph.freeze(network, "frozen");
        }
        return network;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("layers")
    void layersAgreeWithTheReference(String description, int channels, Function<GraphSketch, String> layer) {
        Maps images = images(IMAGES, 4);
        INDArray imageArray = array(images);
        INDArray labels = Nd4j.createFromArray(LABELS).reshape('c', 3, TinyGraph.CLASSES);
        for (Kernels kernels : new Kernels[] {Kernels.ofThisProcess(), Kernels.nd4j()}) {
            ComputationGraph network = network(channels, layer, kernels);
            ReferenceNetwork reference = new ReferenceNetwork(network, Set.of("frozen"));
            double[] parameters = parameters(network);

            Map<String, INDArray> activations = network.feedForward(imageArray, false);
            reference
                    .activations(parameters, images, Mode.INFERENCE)
                    .forEach((vertex, expected) -> assertClose(
                            SmallNetworks.values(activations.get(vertex)),
                            expected.values(),
                            vertex + " of " + description));

            float[] gradient = TinyGraph.gradient(network, imageArray, labels);
            assertThat(network.score() * images.n())
                    .as("loss with %s", description)
                    .isCloseTo(reference.loss(parameters, images, LABELS), within(1e-5));
            for (ParameterLayout.Segment segment : ParameterLayout.of(network).segments()) {
                boolean trained =
                        segment.kind().trainable() && !segment.vertex().equals("frozen");
                double[] expected = new double[segment.length()];
                float[] actual = new float[segment.length()];
                for (int i = 0; i < expected.length; i++) {
                    actual[i] = gradient[segment.offset() + i];
                    expected[i] = trained ? reference.derivative(parameters, segment.offset() + i, images, LABELS) : 0;
                }
                assertClose(actual, expected, "gradient of %s, %s".formatted(segment.key(), description));
            }
        }
    }

    @Test
    void aWholeNetworkAgreesWithTheReference() {
        ResNetSpec spec = SmallNetworks.spec(Architecture.CIFAR_RESNET20);
        Maps images = images(new ImageShape(4, 8, 8, 3), 5);
        INDArray labels = SmallNetworks.labels(spec, images.n());
        float[] labelValues = SmallNetworks.values(labels);
        ComputationGraph network = ResNet.create(spec, 2, Kernels.ofThisProcess());
        NetworkWeights.load(network, SmallNetworks.weights(spec, 9));
        double[] parameters = parameters(network);
        float[] fast = TinyGraph.gradient(network, array(images), labels);
        ComputationGraph portableNetwork = ResNet.create(spec, 2, Kernels.nd4j());
        NetworkWeights.load(portableNetwork, SmallNetworks.weights(spec, 9));
        float[] portable = TinyGraph.gradient(portableNetwork, array(images), labels);

        ReferenceNetwork reference = new ReferenceNetwork(network, Set.of());
        assertThat(network.score() * images.n())
                .isCloseTo(reference.loss(parameters, images, labelValues), within(1e-4));
        Random random = new Random(1);
        for (ParameterLayout.Segment segment : ParameterLayout.of(network).segments()) {
            if (segment.kind().trainable()) {
                int index = segment.offset() + random.nextInt(segment.length());
                double expected = reference.derivative(parameters, index, images, labelValues);
                double tolerance = 1e-3 * largest(fast, segment);
                assertThat((double) fast[index]).as(segment.key()).isCloseTo(expected, within(tolerance));
                assertThat((double) portable[index]).as(segment.key()).isCloseTo(expected, within(tolerance));
            }
        }
    }

    private static double largest(float[] gradient, ParameterLayout.Segment segment) {
        double largest = 0;
        for (int i = segment.offset(); i < segment.end(); i++) {
            largest = Math.max(largest, Math.abs(gradient[i]));
        }
        return largest;
    }

    private static Maps images(ImageShape shape, long seed) {
        Maps images = new Maps(shape.batch(), shape.height(), shape.width(), shape.channels());
        Random random = new Random(seed);
        for (int i = 0; i < images.values().length; i++) {
            images.values()[i] = (float) random.nextGaussian(); // exact in either precision
        }
        return images;
    }

    private static INDArray array(Maps maps) {
        return Nd4j.create(maps.values(), new long[] {maps.n(), maps.h(), maps.w(), maps.c()}, 'c')
                .castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT);
    }

    private static double[] parameters(ComputationGraph network) {
        float[] flat = FlatVector.copyOf(network.params());
        double[] parameters = new double[flat.length];
        for (int i = 0; i < flat.length; i++) {
            parameters[i] = flat[i];
        }
        return parameters;
    }

    private static void assertClose(float[] actual, double[] expected, String description) {
        assertThat(actual).as(description).hasSize(expected.length);
        double scale = 0.1;
        for (double value : expected) {
            scale = Math.max(scale, Math.abs(value));
        }
        for (int i = 0; i < actual.length; i++) {
            assertThat((double) actual[i])
                    .as("%s, value %d", description, i)
                    .isCloseTo(expected[i], within(2e-5 * scale));
        }
    }
}
