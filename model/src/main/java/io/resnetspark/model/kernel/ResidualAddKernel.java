package io.resnetspark.model.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code output = act(branch + shortcut)}, the sum of a residual block, for one fixed shape. */
public interface ResidualAddKernel {

    void forward(INDArray branch, INDArray shortcut, INDArray output);

    /** The gradient of either summand; both have the same one. */
    void backward(INDArray output, INDArray outputGradient, INDArray inputGradient);
}
