package io.resnetspark.model.kernel.nd4j;

import io.resnetspark.model.kernel.PoolingKernel;
import io.resnetspark.model.program.ImageShape;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Mean over height and width; its gradient spreads evenly. */
final class Nd4jGlobalAverage implements PoolingKernel {

    private final ImageShape shape;

    Nd4jGlobalAverage(ImageShape shape) {
        this.shape = shape;
    }

    @Override
    public void forward(INDArray input, INDArray output) {
        output.assign(input.mean(1, 2));
    }

    @Override
    public void backward(INDArray input, INDArray outputGradient, INDArray inputGradient) {
        inputGradient.assign(outputGradient
                .div(shape.height() * shape.width())
                .reshape('c', shape.batch(), 1, 1, shape.channels())
                .broadcast(shape.toArray()));
    }
}
