package io.resnetspark.model.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A 2-D cross-correlation of one fixed shape; see {@link Kernels#convolution}. */
public interface ConvolutionKernel {

    /**
     * {@code output = input * weight + bias}.
     *
     * @param input {@code [N, H, W, C]}
     * @param weight {@code [O, C, K, K]}
     * @param bias {@code [O]} if the kernel was made with one, else ignored and may be null
     * @param output {@code [N, H', W', O]}, overwritten
     */
    void forward(INDArray input, INDArray weight, INDArray bias, INDArray output);

    /** The gradient of the input, {@code [N, H, W, C]}, overwritten. */
    void backwardInput(INDArray outputGradient, INDArray weight, INDArray inputGradient);

    /** The gradients of weight and, where there is one, bias; both overwritten. */
    void backwardWeight(INDArray input, INDArray outputGradient, INDArray weightGradient, INDArray biasGradient);
}
