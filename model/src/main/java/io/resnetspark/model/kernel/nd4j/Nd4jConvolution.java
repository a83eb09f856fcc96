package io.resnetspark.model.kernel.nd4j;

import io.resnetspark.model.kernel.ConvolutionKernel;
import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.program.Window;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's {@code conv2d} and {@code conv2d_bp}. */
final class Nd4jConvolution implements ConvolutionKernel {

    private static final int EXPLICIT_PADDING = 0;
    private static final int CHANNELS_LAST = 1;
    private static final int WEIGHT_OUT_IN_HEIGHT_WIDTH = 1;

    private final int[] arguments;
    private final Bias bias;

    Nd4jConvolution(Window window, Bias bias) {
        this.bias = bias;
        arguments = new int[] {
            window.size(),
            window.size(),
            window.stride(),
            window.stride(),
            window.padding(),
            window.padding(),
            1,
            1,
            EXPLICIT_PADDING,
            CHANNELS_LAST,
            WEIGHT_OUT_IN_HEIGHT_WIDTH
        };
    }

    @Override
    public void forward(INDArray input, INDArray weight, INDArray biasArray, INDArray output) {
        INDArray[] inputs =
                bias == Bias.ADDED ? new INDArray[] {input, weight, biasArray} : new INDArray[] {input, weight};
        Nd4j.exec(DynamicCustomOp.builder("conv2d")
                .addInputs(inputs)
                .addOutputs(output)
                .addIntegerArguments(arguments)
                .build());
    }

    @Override
    public void backwardInput(INDArray outputGradient, INDArray weight, INDArray inputGradient) {
        // conv2d_bp computes both gradients at once; the one of the weight is thrown away here. The input is only read
        // for it.
        Nd4j.exec(DynamicCustomOp.builder("conv2d_bp")
                .addInputs(inputGradient.ulike().assign(0), weight, outputGradient)
                .addOutputs(inputGradient, weight.ulike())
                .addIntegerArguments(arguments)
                .build());
    }

    @Override
    public void backwardWeight(
            INDArray input, INDArray outputGradient, INDArray weightGradient, INDArray biasGradient) {
        Nd4j.exec(DynamicCustomOp.builder("conv2d_bp")
                .addInputs(input, weightGradient.ulike().assign(0), outputGradient)
                .addOutputs(input.ulike(), weightGradient)
                .addIntegerArguments(arguments)
                .build());
        if (bias == Bias.ADDED) {
            biasGradient.assign(outputGradient.sum(0, 1, 2));
        }
    }
}
