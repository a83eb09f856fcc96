package io.resnetspark.model.kernel.nd4j;

import io.resnetspark.model.kernel.LinearKernel;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Matrix products. */
final class Nd4jLinear implements LinearKernel {

    @Override
    public void forward(INDArray input, INDArray weight, INDArray bias, INDArray output) {
        output.assign(input.mmul(weight.transpose()).addiRowVector(bias));
    }

    @Override
    public void backwardInput(INDArray outputGradient, INDArray weight, INDArray inputGradient) {
        inputGradient.assign(outputGradient.mmul(weight));
    }

    @Override
    public void backwardWeight(
            INDArray input, INDArray outputGradient, INDArray weightGradient, INDArray biasGradient) {
        weightGradient.assign(outputGradient.transpose().mmul(input));
        biasGradient.assign(outputGradient.sum(0));
    }
}
