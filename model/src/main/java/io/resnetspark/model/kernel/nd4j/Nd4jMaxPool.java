package io.resnetspark.model.kernel.nd4j;

import io.resnetspark.model.kernel.PoolingKernel;
import io.resnetspark.model.program.Window;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's {@code maxpool2d} and {@code maxpool2d_bp}. */
final class Nd4jMaxPool implements PoolingKernel {

    private static final int EXPLICIT_PADDING = 0;
    private static final int UNUSED = 0;
    private static final int CHANNELS_LAST = 1;

    private final int[] arguments;

    Nd4jMaxPool(Window window) {
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
            UNUSED,
            CHANNELS_LAST
        };
    }

    @Override
    public void forward(INDArray input, INDArray output) {
        Nd4j.exec(DynamicCustomOp.builder("maxpool2d")
                .addInputs(input)
                .addOutputs(output)
                .addIntegerArguments(arguments)
                .build());
    }

    @Override
    public void backward(INDArray input, INDArray outputGradient, INDArray inputGradient) {
        Nd4j.exec(DynamicCustomOp.builder("maxpool2d_bp")
                .addInputs(input, outputGradient)
                .addOutputs(inputGradient)
                .addIntegerArguments(arguments)
                .build());
    }
}
