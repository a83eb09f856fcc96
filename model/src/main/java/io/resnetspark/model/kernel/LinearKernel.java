package io.resnetspark.model.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code output = input * weight^T + bias} for one fixed batch size; weight is {@code [out, in]}, as in PyTorch. */
public interface LinearKernel {

    void forward(INDArray input, INDArray weight, INDArray bias, INDArray output);

    void backwardInput(INDArray outputGradient, INDArray weight, INDArray inputGradient);

    void backwardWeight(INDArray input, INDArray outputGradient, INDArray weightGradient, INDArray biasGradient);
}
