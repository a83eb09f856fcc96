package io.resnetspark.model.block;

import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.layer.BatchNorm;
import io.resnetspark.model.layer.Convolution;
import io.resnetspark.model.layer.Convolution.InputGradient;
import io.resnetspark.model.layer.Relu;
import io.resnetspark.model.layer.ResidualAdd;
import io.resnetspark.model.program.Activation;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.layers.Layer;

/** Appends vertices to a DL4J graph; every method takes the name of its input and returns its own, like a function call. */
public final class GraphSketch {

    private final GraphBuilder graph;
    private final Normalisation normalisation;

    public GraphSketch(GraphBuilder graph, Normalisation normalisation) {
        this.graph = graph;
        this.normalisation = normalisation;
    }

    /** Of convolutions that are normalised: what batch norm would subtract again is needed only without it. */
    public Bias bias() {
        return normalisation == Normalisation.BATCH ? Bias.NONE : Bias.ADDED;
    }

    public String layer(String name, Layer layer, String input) {
        graph.addLayer(name, layer, input);
        return name;
    }

    /** A convolution that keeps the size up to its stride: padding {@code size / 2}. */
    public String convolution(String name, String input, int inputs, int outputs, int size, int stride, Bias bias) {
        return layer(name, new Convolution(inputs, outputs, size, stride, size / 2, bias, InputGradient.NEEDED), input);
    }

    /**
     * Batch norm with its activation, or the activation alone where the network has no batch norms.
     *
     * @param name torchvision's, such as {@code layer1.0.bn1}; without batch norm {@code layer1.0.relu1}
     * @param scale initial scale of the batch norm
     */
    public String normalise(String name, String input, int channels, Activation activation, float scale) {
        if (normalisation == Normalisation.BATCH) {
            return layer(name, new BatchNorm(channels, activation, scale), input);
        }
        return activation == Activation.RELU ? layer(name.replace("bn", "relu"), new Relu(), input) : input;
    }

    /** {@code relu(branch + shortcut)}. */
    public String add(String name, String branch, String shortcut) {
        return add(name, Activation.RELU, branch, shortcut);
    }

    /** {@code activation(branch + shortcut)}. */
    public String add(String name, Activation activation, String branch, String shortcut) {
        graph.addVertex(name, new ResidualAdd(activation), branch, shortcut);
        return name;
    }
}
