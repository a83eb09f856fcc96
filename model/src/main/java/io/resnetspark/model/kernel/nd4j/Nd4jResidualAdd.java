package io.resnetspark.model.kernel.nd4j;

import io.resnetspark.model.kernel.ResidualAddKernel;
import io.resnetspark.model.program.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Sum, then ReLU. */
final class Nd4jResidualAdd implements ResidualAddKernel {

    private final Activation activation;

    Nd4jResidualAdd(Activation activation) {
        this.activation = activation;
    }

    @Override
    public void forward(INDArray branch, INDArray shortcut, INDArray output) {
        branch.addi(shortcut, output);
        if (activation == Activation.RELU) {
            Transforms.relu(output, false);
        }
    }

    @Override
    public void backward(INDArray output, INDArray outputGradient, INDArray inputGradient) {
        inputGradient.assign(outputGradient);
        if (activation == Activation.RELU) {
            inputGradient.muli(output.gt(0).castTo(inputGradient.dataType()));
        }
    }
}
