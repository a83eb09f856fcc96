package io.resnetspark.model.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Option A shortcut of one fixed shape: every {@code stride}-th pixel, zero channels added on both sides. */
public interface PadShortcutKernel {

    void forward(INDArray input, INDArray output);

    void backward(INDArray outputGradient, INDArray inputGradient);
}
