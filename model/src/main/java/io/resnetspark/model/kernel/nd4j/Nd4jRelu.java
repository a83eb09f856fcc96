package io.resnetspark.model.kernel.nd4j;

import io.resnetspark.model.kernel.ReluKernel;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** ReLU; the gradient is masked by the output's sign. */
final class Nd4jRelu implements ReluKernel {

    @Override
    public void forward(INDArray input, INDArray output) {
        output.assign(input);
        Transforms.relu(output, false);
    }

    @Override
    public void backward(INDArray output, INDArray outputGradient, INDArray inputGradient) {
        inputGradient.assign(outputGradient);
        inputGradient.muli(output.gt(0).castTo(inputGradient.dataType()));
    }
}
