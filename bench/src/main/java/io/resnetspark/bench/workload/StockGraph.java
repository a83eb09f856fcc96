package io.resnetspark.bench.workload;

import io.resnetspark.model.BlockKind;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.Stem;
import io.resnetspark.model.block.Shortcut;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A residual network of DL4J's own layers and vertices, as its users build it; {@code [N, C, H, W]}. */
final class StockGraph {

    private final ResNetSpec spec;
    private final GraphBuilder graph;

    private StockGraph(ResNetSpec spec) {
        this.spec = spec;
        this.graph = new NeuralNetConfiguration.Builder()
                .seed(Hyperparameters.SEED)
                .updater(new Nesterovs(Hyperparameters.LEARNING_RATE, Hyperparameters.MOMENTUM))
                .weightInit(WeightInit.RELU)
                .convolutionMode(ConvolutionMode.Truncate)
                .graphBuilder()
                .addInputs("images")
                .setInputTypes(InputType.convolutional(spec.inputSize(), spec.inputSize(), spec.channels()));
    }

    static ComputationGraphConfiguration configuration(ResNetSpec spec) {
        return new StockGraph(spec).build();
    }

    private ComputationGraphConfiguration build() {
        String x = stem();
        int channels = spec.widths().get(0);
        for (int stage = 0; stage < spec.blocks().size(); stage++) {
            int width = spec.widths().get(stage);
            for (int i = 0; i < spec.blocks().get(stage); i++) {
                int stride = stage > 0 && i == 0 ? 2 : 1;
                x = block("layer" + (stage + 1) + "." + i, x, channels, width, stride);
                channels = outputs(width);
            }
        }
        x = layer("avgpool", new GlobalPoolingLayer(PoolingType.AVG), x);
        x = layer(
                "fc",
                new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(spec.classes())
                        .activation(Activation.SOFTMAX)
                        .build(),
                x);
        return graph.setOutputs(x).build();
    }

    private String stem() {
        if (spec.stem() == Stem.CIFAR) {
            return relu(
                    "relu",
                    batchNorm(
                            "bn1", convolution("conv1", "images", spec.widths().get(0), 3, 1)));
        }
        String x = relu(
                "relu",
                batchNorm("bn1", convolution("conv1", "images", spec.widths().get(0), 7, 2)));
        return layer(
                "maxpool",
                new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                        .kernelSize(3, 3)
                        .stride(2, 2)
                        .padding(1, 1)
                        .build(),
                x);
    }

    private int outputs(int width) {
        return spec.block() == BlockKind.BOTTLENECK ? 4 * width : width;
    }

    private String block(String name, String input, int inputs, int width, int stride) {
        String x = spec.block() == BlockKind.BOTTLENECK
                ? bottleneck(name, input, width, stride)
                : basic(name, input, width, stride);
        String shortcut =
                stride == 1 && inputs == outputs(width) ? input : shortcut(name, input, outputs(width), stride);
        graph.addVertex(name + ".add", new ElementWiseVertex(ElementWiseVertex.Op.Add), x, shortcut);
        return relu(name, name + ".add");
    }

    private String basic(String name, String input, int width, int stride) {
        String x = convolution(name + ".conv1", input, width, 3, stride);
        x = relu(name + ".relu1", batchNorm(name + ".bn1", x));
        x = convolution(name + ".conv2", x, width, 3, 1);
        return batchNorm(name + ".bn2", x);
    }

    private String bottleneck(String name, String input, int width, int stride) {
        String x = convolution(name + ".conv1", input, width, 1, 1);
        x = relu(name + ".relu1", batchNorm(name + ".bn1", x));
        x = convolution(name + ".conv2", x, width, 3, stride);
        x = relu(name + ".relu2", batchNorm(name + ".bn2", x));
        x = convolution(name + ".conv3", x, outputs(width), 1, 1);
        return batchNorm(name + ".bn3", x);
    }

    private String shortcut(String name, String input, int outputs, int stride) {
        if (spec.shortcut() == Shortcut.PROJECTION) {
            return batchNorm(name + ".downsample.1", convolution(name + ".downsample.0", input, outputs, 1, stride));
        }
        // Option A where widths double: DL4J has no padding of channels, so zero times the maps stand in for zeros.
        String x = layer(
                name + ".subsample",
                new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                        .kernelSize(1, 1)
                        .stride(stride, stride)
                        .build(),
                input);
        graph.addVertex(name + ".zeros", new ScaleVertex(0), x);
        graph.addVertex(name + ".pad", new MergeVertex(), x, name + ".zeros");
        return name + ".pad";
    }

    private String convolution(String name, String input, int outputs, int size, int stride) {
        return layer(
                name,
                new ConvolutionLayer.Builder(size, size)
                        .stride(stride, stride)
                        .padding(size / 2, size / 2)
                        .nOut(outputs)
                        .hasBias(false)
                        .activation(Activation.IDENTITY)
                        .build(),
                input);
    }

    private String batchNorm(String name, String input) {
        return layer(
                name,
                new BatchNormalization.Builder()
                        .eps(Hyperparameters.BATCH_NORM_EPSILON)
                        .decay(Hyperparameters.BATCH_NORM_DECAY)
                        .build(),
                input);
    }

    private String relu(String name, String input) {
        return layer(name, new ActivationLayer(Activation.RELU), input);
    }

    private String layer(String name, Layer layer, String input) {
        graph.addLayer(name, layer, input);
        return name;
    }
}
