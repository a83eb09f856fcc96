package io.resnetspark.model;

import io.resnetspark.model.block.GraphSketch;
import io.resnetspark.model.block.Normalisation;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.layer.Freezable;
import io.resnetspark.model.layer.GlobalAverage;
import io.resnetspark.model.layer.Linear;
import io.resnetspark.model.layer.SoftmaxCrossEntropy;
import io.resnetspark.model.layer.UsesKernels;
import io.resnetspark.model.program.ImageShape;
import java.util.Random;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A few layers between images and logits, for tests of layers in the company they keep. */
public final class TinyGraph {

    private TinyGraph() {}

    public static final int CLASSES = 3;

    /**
     * The layers that {@code body} appends to the images, ending in {@code features} maps; then global average, logits and
     * loss.
     *
     * @param images shape of the input; its batch does not matter
     */
    public static ComputationGraph of(
            ImageShape images, int features, Kernels kernels, Function<GraphSketch, String> body) {
        var builder = new NeuralNetConfiguration.Builder()
                .seed(3)
                .graphBuilder()
                .addInputs(ResNet.IMAGES)
                .setInputTypes(
                        InputType.convolutional(images.height(), images.width(), images.channels(), CNN2DFormat.NHWC));
        GraphSketch sketch = new GraphSketch(builder, Normalisation.BATCH);
        String last = body.apply(sketch);
        String x = sketch.layer("avgpool", new GlobalAverage(), last);
        x = sketch.layer(ResNet.LOGITS, new Linear(features, CLASSES), x);
        x = sketch.layer(ResNet.LOSS, new SoftmaxCrossEntropy(), x);
        ComputationGraph network = new ComputationGraph(builder.setOutputs(x).build());
        network.init();
        use(network, kernels);
        return network;
    }

    /** Computes with these kernels from now on. */
    public static void use(ComputationGraph network, Kernels kernels) {
        for (GraphVertex vertex : network.getVertices()) {
            Object part = vertex.hasLayer() ? vertex.getLayer() : vertex;
            if (part instanceof UsesKernels usesKernels) {
                usesKernels.useKernels(kernels);
            }
        }
    }

    /** Moves every parameter away from ones and zeros, variances upwards. */
    public static void disturb(ComputationGraph network, long seed) {
        Random random = new Random(seed);
        float[] flat = FlatVector.copyOf(network.params());
        for (int i = 0; i < flat.length; i++) {
            flat[i] += 0.3f * random.nextFloat();
        }
        FlatVector.set(network.params(), flat);
    }

    public static void freeze(ComputationGraph network, String vertex) {
        ((Freezable) network.getLayer(vertex)).freeze();
    }

    /** The flat gradient of the summed loss. */
    public static float[] gradient(ComputationGraph network, INDArray images, INDArray labels) {
        network.initGradientsView();
        network.setInputs(images);
        network.setLabels(labels);
        network.computeGradientAndScore();
        return FlatVector.copyOf(network.getFlattenedGradients());
    }
}
