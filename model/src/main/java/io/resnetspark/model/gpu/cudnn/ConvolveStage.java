package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.cudnn.GradientPlan.Passing;
import io.resnetspark.model.kernel.TrainingStep.Convolve;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;

/**
 * A convolution. Its weight is packed anew in each forward pass: cuDNN's channels-last kernels want {@code [out, size, size,
 * in]} of the maps' type, the parameter vector has PyTorch's {@code [out, in, size, size]} floats. That moves the weights once
 * in and out, a small part of what a convolution moves.
 */
record ConvolveStage(Operations operations, StageMemory memory, Convolve step, DeviceConvolution convolution)
        implements Stage {

    @Override
    public void forward(Mode mode) {
        long packed = memory.extra(step);
        operations.packWeight(
                memory.parameter(step.weight()),
                packed,
                outputs(),
                inputs(),
                step.window().size());
        long output = memory.value(step.writes());
        convolution.forward(memory.value(step.input()), packed, output, memory.workspace(), Write.REPLACE);
        step.bias()
                .ifPresent(
                        bias -> operations.addBias(output, outputShape(), memory.parameter(bias), Activation.IDENTITY));
    }

    @Override
    public void backward() {
        long gradient = memory.gradient(step.writes());
        if (step.learns()) {
            long packed = memory.weightGradient();
            convolution.weightGradient(memory.value(step.input()), gradient, packed, memory.workspace());
            operations.unpackWeight(
                    packed,
                    memory.parameterGradient(step.weight()),
                    outputs(),
                    inputs(),
                    step.window().size());
            step.bias()
                    .ifPresent(bias -> operations.channelSums(gradient, outputShape(), memory.parameterGradient(bias)));
        }
        Passing passing = memory.passing(step, 0);
        if (passing != Passing.NOWHERE) {
            convolution.inputGradient(
                    gradient, memory.extra(step), memory.gradient(step.input()), memory.workspace(), passing.write());
        }
    }

    private int inputs() {
        return step.input().shape().channels();
    }

    private int outputs() {
        return step.writes().shape().channels();
    }

    private ImageShape outputShape() {
        return memory.plan().batched(step.writes());
    }

    @Override
    public void close() {
        convolution.close();
    }
}
