package io.resnetspark.model.kernel.nd4j;

import io.resnetspark.model.kernel.BatchNormKernel;
import io.resnetspark.model.kernel.Statistics;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Batch normalisation written out as the paper's formulas, on {@code [N*H*W, C]}. */
final class Nd4jBatchNorm implements BatchNormKernel {

    private final long rows;
    private final long channels;
    private final float epsilon;
    private final Activation activation;
    private final Statistics statistics;

    Nd4jBatchNorm(ImageShape shape, float epsilon, Activation activation, Statistics statistics) {
        this.channels = shape.channels();
        this.rows = shape.length() / shape.channels();
        this.epsilon = epsilon;
        this.activation = activation;
        this.statistics = statistics;
    }

    @Override
    public void forward(
            INDArray input, INDArray scale, INDArray shift, INDArray mean, INDArray variance, INDArray output) {
        INDArray x = input.reshape('c', rows, channels);
        if (statistics == Statistics.BATCH) {
            mean.assign(x.mean(0));
            variance.assign(x.var(false, 0));
        }
        INDArray y = normalised(x, mean, variance).muliRowVector(scale).addiRowVector(shift);
        output.assign((activation == Activation.RELU ? Transforms.relu(y, false) : y).reshape('c', output.shape()));
    }

    private INDArray normalised(INDArray x, INDArray mean, INDArray variance) {
        return x.subRowVector(mean).muliRowVector(inverseDeviation(variance));
    }

    private INDArray inverseDeviation(INDArray variance) {
        return Transforms.sqrt(variance.add(epsilon), false).rdivi(1.0);
    }

    @Override
    public void backward(
            INDArray input,
            INDArray output,
            INDArray outputGradient,
            INDArray scale,
            INDArray mean,
            INDArray variance,
            INDArray inputGradient,
            INDArray scaleGradient,
            INDArray shiftGradient) {
        INDArray dy = outputGradient.reshape('c', rows, channels);
        if (activation == Activation.RELU) {
            dy = dy.mul(output.reshape('c', rows, channels).gt(0).castTo(dy.dataType()));
        }
        INDArray xHat = normalised(input.reshape('c', rows, channels), mean, variance);
        shiftGradient.assign(dy.sum(0));
        scaleGradient.assign(dy.mul(xHat).sum(0));
        INDArray dx = dy;
        if (statistics == Statistics.BATCH) {
            dx = dy.subRowVector(shiftGradient.div(rows)).subi(xHat.muliRowVector(scaleGradient.div(rows)));
        }
        inputGradient.assign(
                dx.mulRowVector(scale.mul(inverseDeviation(variance))).reshape('c', inputGradient.shape()));
    }
}
