package io.resnetspark.model.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A pooling of one fixed shape; {@link #backward} belongs to the latest {@link #forward}. */
public interface PoolingKernel {

    void forward(INDArray input, INDArray output);

    void backward(INDArray input, INDArray outputGradient, INDArray inputGradient);
}
