package io.resnetspark.model.kernel.onednn.primitive;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import io.resnetspark.model.kernel.PadShortcutKernel;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Window;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Subsampling as a pooling over single pixels, then a copy into the middle channels of the output; the other channels are
 * zero.
 */
public final class OneDnnPadShortcut implements PadShortcutKernel {

    private final Call subsample;
    private final Call spread;
    private final Call intoMiddle;
    private final Call fromMiddle;

    public OneDnnPadShortcut(ImageShape input, int stride, int outputChannels) {
        Window pixel = new Window(1, stride, 0);
        ImageShape output = input.through(pixel, outputChannels);
        ImageShape kept = input.through(pixel, input.channels());
        memory.desc keptPixels = OneDnn.channelsLast(kept);
        memory.desc middleChannels = OneDnn.channelsLast(output)
                .submemory_desc(
                        new long[] {kept.batch(), kept.channels(), kept.height(), kept.width()},
                        new long[] {0, (outputChannels - kept.channels()) / 2, 0, 0});
        memory scratch = new memory(keptPixels, OneDnn.CPU);

        OneDnnPooling.Primitives pooling = OneDnnPooling.primitives(
                algorithm.pooling_avg_exclude_padding, OneDnn.channelsLast(input), keptPixels, pixel);
        subsample = pooling.newForward()
                .array(DNNL_ARG_SRC, OneDnn.channelsLast(input))
                .fixed(DNNL_ARG_DST, scratch);
        spread = pooling.newBackward()
                .fixed(DNNL_ARG_DIFF_DST, scratch)
                .array(DNNL_ARG_DIFF_SRC, OneDnn.channelsLast(input));
        intoMiddle = Call.reorder(keptPixels, middleChannels)
                .fixed(DNNL_ARG_FROM, scratch)
                .array(DNNL_ARG_TO, middleChannels);
        fromMiddle = Call.reorder(middleChannels, keptPixels)
                .array(DNNL_ARG_FROM, middleChannels)
                .fixed(DNNL_ARG_TO, scratch);
    }

    @Override
    public void forward(INDArray input, INDArray output) {
        output.assign(0);
        subsample.run(input);
        intoMiddle.run(output);
    }

    @Override
    public void backward(INDArray outputGradient, INDArray inputGradient) {
        fromMiddle.run(outputGradient);
        spread.run(inputGradient);
    }
}
