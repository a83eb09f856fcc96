package io.resnetspark.model;

import io.resnetspark.model.block.GraphSketch;
import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.layer.Convolution;
import io.resnetspark.model.layer.Convolution.InputGradient;
import io.resnetspark.model.layer.MaxPool;
import io.resnetspark.model.program.Activation;

/** The layers between the images and the first stage. */
public enum Stem {
    /** 7x7 convolution with stride 2, batch norm, ReLU, 3x3 max pooling with stride 2: maps shrink to a quarter. */
    IMAGENET {
        @Override
        String append(GraphSketch graph, String images, int channels, int width) {
            String x = graph.layer("conv1", firstConvolution(channels, width, 7, 2, graph.bias()), images);
            x = graph.normalise("bn1", x, width, Activation.RELU, 1);
            return graph.layer("maxpool", new MaxPool(3, 2, 1), x);
        }
    },
    /** 3x3 convolution, batch norm, ReLU: maps keep their size. He et al. 2015, section 4.2. */
    CIFAR {
        @Override
        String append(GraphSketch graph, String images, int channels, int width) {
            String x = graph.layer("conv1", firstConvolution(channels, width, 3, 1, graph.bias()), images);
            return graph.normalise("bn1", x, width, Activation.RELU, 1);
        }
    },
    /** The lecture's: as {@link #IMAGENET} without batch norm and ReLU. */
    LECTURE {
        @Override
        String append(GraphSketch graph, String images, int channels, int width) {
            String x = graph.layer("conv1", firstConvolution(channels, width, 7, 2, Bias.NONE), images);
            return graph.layer("maxpool", new MaxPool(3, 2, 1), x);
        }
    };

    abstract String append(GraphSketch graph, String images, int channels, int width);

    private static Convolution firstConvolution(int channels, int width, int size, int stride, Bias bias) {
        return new Convolution(channels, width, size, stride, size / 2, bias, InputGradient.SKIPPED);
    }
}
