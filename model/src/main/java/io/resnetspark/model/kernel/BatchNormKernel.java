package io.resnetspark.model.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Batch normalisation over N, H and W with an optional ReLU, for one fixed shape: {@code y = act(scale * (x - mean) /
 * sqrt(variance + epsilon) + shift)} (Ioffe and Szegedy 2015, arXiv:1502.03167, algorithm 1). Statistics, scale and
 * shift are {@code [C]}; the variance is the biased one.
 */
public interface BatchNormKernel {

    /**
     * Normalises, keeping what {@link #backward} needs until the next call.
     *
     * @param mean written with {@link Statistics#BATCH}, read with {@link Statistics#GIVEN}
     * @param variance likewise
     */
    void forward(INDArray input, INDArray scale, INDArray shift, INDArray mean, INDArray variance, INDArray output);

    /**
     * Gradients after {@link #forward} on the same arrays.
     *
     * @param output what {@link #forward} wrote
     */
    void backward(
            INDArray input,
            INDArray output,
            INDArray outputGradient,
            INDArray scale,
            INDArray mean,
            INDArray variance,
            INDArray inputGradient,
            INDArray scaleGradient,
            INDArray shiftGradient);
}
