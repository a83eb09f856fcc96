package io.resnetspark.model.kernel.nd4j;

import io.resnetspark.model.kernel.PadShortcutKernel;
import io.resnetspark.model.program.ImageShape;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Copies between views. */
final class Nd4jPadShortcut implements PadShortcutKernel {

    private final INDArrayIndex[] keptPixels;
    private final INDArrayIndex[] middleChannels;

    Nd4jPadShortcut(ImageShape input, int stride, int outputChannels) {
        keptPixels = new INDArrayIndex[] {
            NDArrayIndex.all(),
            NDArrayIndex.interval(0, stride, input.height()),
            NDArrayIndex.interval(0, stride, input.width()),
            NDArrayIndex.all()
        };
        int before = (outputChannels - input.channels()) / 2;
        middleChannels = new INDArrayIndex[] {
            NDArrayIndex.all(),
            NDArrayIndex.all(),
            NDArrayIndex.all(),
            NDArrayIndex.interval(before, before + input.channels())
        };
    }

    @Override
    public void forward(INDArray input, INDArray output) {
        output.assign(0);
        output.get(middleChannels).assign(input.get(keptPixels));
    }

    @Override
    public void backward(INDArray outputGradient, INDArray inputGradient) {
        inputGradient.assign(0);
        inputGradient.get(keptPixels).assign(outputGradient.get(middleChannels));
    }
}
