package io.resnetspark.model.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code output = max(0, input)} for one fixed shape. */
public interface ReluKernel {

    void forward(INDArray input, INDArray output);

    /** The gradient passes where the output is positive. */
    void backward(INDArray output, INDArray outputGradient, INDArray inputGradient);
}
