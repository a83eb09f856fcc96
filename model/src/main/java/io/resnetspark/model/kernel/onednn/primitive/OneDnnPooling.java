package io.resnetspark.model.kernel.onednn.primitive;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import io.resnetspark.model.kernel.PoolingKernel;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Window;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import org.bytedeco.javacpp.LongPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Maximum over a window, or the mean over the whole map. */
public final class OneDnnPooling implements PoolingKernel {

    private final Call forward;
    private final Call backward;

    /** How to make both directions. */
    public record Primitives(pooling_forward.primitive_desc forward, pooling_backward.primitive_desc backward) {

        public Call newForward() {
            return new Call(new pooling_forward(forward), forward);
        }

        public Call newBackward() {
            return new Call(new pooling_backward(backward), backward);
        }

        /** What forward leaves for backward: empty unless it is a maximum. */
        public memory.desc argmax() {
            return forward.workspace_desc();
        }
    }

    private OneDnnPooling(Primitives primitives, memory.desc input, memory.desc output) {
        forward = primitives.newForward().array(DNNL_ARG_SRC, input).array(DNNL_ARG_DST, output);
        backward = primitives.newBackward().array(DNNL_ARG_DIFF_DST, output).array(DNNL_ARG_DIFF_SRC, input);
        if (primitives.argmax().get_size() > 0) {
            memory argmax = new memory(primitives.argmax(), OneDnn.CPU);
            forward.fixed(DNNL_ARG_WORKSPACE, argmax);
            backward.fixed(DNNL_ARG_WORKSPACE, argmax);
        }
    }

    public static OneDnnPooling max(ImageShape shape, Window window) {
        memory.desc input = OneDnn.channelsLast(shape);
        memory.desc output = OneDnn.channelsLast(shape.through(window, shape.channels()));
        return new OneDnnPooling(primitives(algorithm.pooling_max, input, output, window), input, output);
    }

    public static OneDnnPooling globalAverage(ImageShape shape) {
        memory.desc input = OneDnn.channelsLast(shape);
        memory.desc output = OneDnn.channelsLast(new ImageShape(shape.batch(), 1, 1, shape.channels()));
        return new OneDnnPooling(average(shape, input, output), input, output);
    }

    /** The mean over whole maps. */
    public static Primitives average(ImageShape shape, memory.desc input, memory.desc output) {
        return primitives(
                algorithm.pooling_avg_exclude_padding,
                input,
                output,
                new LongPointer(shape.height(), shape.width()),
                new LongPointer(1, 1),
                new LongPointer(0, 0));
    }

    /** The forward direction alone, with nothing kept for the other. */
    public static Call inference(algorithm kind, memory.desc input, memory.desc output, Window window) {
        return inference(forward(
                prop_kind.forward_inference,
                kind,
                input,
                output,
                OneDnn.size(window),
                OneDnn.stride(window),
                OneDnn.padding(window)));
    }

    /** Likewise, for the mean over the whole map. */
    public static Call averageInference(ImageShape shape, memory.desc input, memory.desc output) {
        return inference(forward(
                prop_kind.forward_inference,
                algorithm.pooling_avg_exclude_padding,
                input,
                output,
                new LongPointer(shape.height(), shape.width()),
                new LongPointer(1, 1),
                new LongPointer(0, 0)));
    }

    private static Call inference(pooling_forward.primitive_desc description) {
        return new Call(new pooling_forward(description), description);
    }

    private static pooling_forward.primitive_desc forward(
            prop_kind direction,
            algorithm kind,
            memory.desc input,
            memory.desc output,
            LongPointer size,
            LongPointer stride,
            LongPointer padding) {
        return new pooling_forward.primitive_desc(
                OneDnn.CPU,
                direction,
                kind,
                input,
                output,
                stride,
                size,
                new LongPointer(0, 0),
                padding,
                padding,
                OneDnn.attributes(),
                false);
    }

    public static Primitives primitives(algorithm kind, memory.desc input, memory.desc output, Window window) {
        return primitives(kind, input, output, OneDnn.size(window), OneDnn.stride(window), OneDnn.padding(window));
    }

    private static Primitives primitives(
            algorithm kind,
            memory.desc input,
            memory.desc output,
            LongPointer size,
            LongPointer stride,
            LongPointer padding) {
        var forward = forward(prop_kind.forward_training, kind, input, output, size, stride, padding);
        var backward = new pooling_backward.primitive_desc(
                OneDnn.CPU,
                kind,
                input,
                output,
                stride,
                size,
                new LongPointer(0, 0),
                padding,
                padding,
                forward,
                OneDnn.attributes(),
                false);
        return new Primitives(forward, backward);
    }

    @Override
    public void forward(INDArray input, INDArray output) {
        forward.run(input, output);
    }

    @Override
    public void backward(INDArray input, INDArray outputGradient, INDArray inputGradient) {
        backward.run(outputGradient, inputGradient);
    }
}
