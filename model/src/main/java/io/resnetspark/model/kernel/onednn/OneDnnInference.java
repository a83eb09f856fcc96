package io.resnetspark.model.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.resnetspark.model.kernel.BufferPlan;
import io.resnetspark.model.kernel.InferenceProgram;
import io.resnetspark.model.kernel.InferenceStep;
import io.resnetspark.model.kernel.InferenceStep.Connect;
import io.resnetspark.model.kernel.InferenceStep.Convolve;
import io.resnetspark.model.kernel.InferenceStep.GlobalAverage;
import io.resnetspark.model.kernel.InferenceStep.MaxPool;
import io.resnetspark.model.kernel.InferenceStep.Value;
import io.resnetspark.model.kernel.StraightNetwork;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A network as a list of oneDNN primitives on a few reused buffers: biases, sums and ReLUs happen inside the convolutions.
 */
final class OneDnnInference implements InferenceProgram {

    /** A part of a processor's shared cache: maps that stay in it save the ways to memory between the steps. */
    private static final long CACHE_BYTES = 8 << 20;

    /** Below this many images, the small maps of the last stages give matrix products too few rows. */
    private static final int FEWEST_IMAGES = 4;

    private final int batch;
    private final int imageLength;
    private final int classes;
    private final int width;
    private final OneDnnNetwork weights;
    private final BufferPlan plan;
    private final List<memory> buffers = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private final FloatPointer images;
    private final FloatPointer logits;
    private final FloatPointer features;

    /** @param weights the network's, packed; not closed with this program */
    OneDnnInference(StraightNetwork network, OneDnnNetwork weights, int largestBatch) {
        this.weights = weights;
        this.imageLength = Math.toIntExact(network.images().shape().length());
        this.classes = network.logits().shape().channels();
        this.width = network.features().shape().channels();
        this.plan = BufferPlan.of(network);
        this.batch = batch(plan.bytesPerImage(), largestBatch);
        for (long length : plan.lengths()) {
            buffers.add(new memory(OneDnn.vector(length * batch), OneDnn.CPU));
        }
        for (InferenceStep step : network.steps()) {
            calls.add(call(step));
        }
        images = new FloatPointer(address(network.images()));
        logits = new FloatPointer(address(network.logits()));
        features = new FloatPointer(address(network.features()));
    }

    /** Equal parts of the largest batch that fit the cache. */
    private static int batch(long bytesPerImage, int largestBatch) {
        long fitting = Math.max(FEWEST_IMAGES, CACHE_BYTES / bytesPerImage);
        int parts = Math.toIntExact((largestBatch + fitting - 1) / fitting);
        return (largestBatch + parts - 1) / parts;
    }

    private Call call(InferenceStep step) {
        if (step instanceof Convolve convolve) {
            return convolution(convolve);
        }
        if (step instanceof MaxPool pool) {
            return OneDnnPooling.inference(
                            algorithm.pooling_max, images(pool.input()), images(pool.writes()), pool.window())
                    .fixed(DNNL_ARG_SRC, at(pool.input(), images(pool.input())))
                    .fixed(DNNL_ARG_DST, at(pool.writes(), images(pool.writes())));
        }
        if (step instanceof GlobalAverage average) {
            return OneDnnPooling.averageInference(
                            average.input().shape(), images(average.input()), images(average.writes()))
                    .fixed(DNNL_ARG_SRC, at(average.input(), images(average.input())))
                    .fixed(DNNL_ARG_DST, at(average.writes(), images(average.writes())));
        }
        return linear((Connect) step);
    }

    private Call convolution(Convolve step) {
        int outputs = step.writes().shape().channels();
        long[] weightShape = {
            outputs,
            step.input().shape().channels(),
            step.window().size(),
            step.window().size()
        };
        post_ops after = new post_ops();
        if (step.addend().isPresent()) {
            after.append_sum(); // of what the output's buffer holds: the plan puts the result where the addend is
        }
        if (step.activation() == Activation.RELU) {
            after.append_eltwise(algorithm.eltwise_relu, 0f, 0f);
        }
        primitive_attr attributes = OneDnn.attributes();
        attributes.set_post_ops(after);
        memory.desc input = images(step.input());
        memory.desc output = images(step.writes());
        var description = new convolution_forward.primitive_desc(
                OneDnn.CPU,
                prop_kind.forward_inference,
                algorithm.convolution_direct,
                input,
                OneDnn.floats(format_tag.any, weightShape),
                OneDnn.vector(outputs),
                output,
                OneDnn.stride(step.window()),
                OneDnn.padding(step.window()),
                OneDnn.padding(step.window()),
                attributes,
                false);
        return new Call(new convolution_forward(description), description)
                .fixed(DNNL_ARG_SRC, at(step.input(), input))
                .fixed(
                        DNNL_ARG_WEIGHTS,
                        weights.parameters(
                                step.weight(), OneDnn.floats(format_tag.oihw, weightShape), description.weights_desc()))
                .fixed(DNNL_ARG_BIAS, weights.parameters(step.bias(), OneDnn.vector(outputs), OneDnn.vector(outputs)))
                .fixed(DNNL_ARG_DST, at(step.writes(), output));
    }

    private Call linear(Connect step) {
        int inputs = step.input().shape().channels();
        int outputs = step.writes().shape().channels();
        memory.desc input = OneDnn.floats(format_tag.ab, batch, inputs);
        memory.desc output = OneDnn.floats(format_tag.ab, batch, outputs);
        var description = new inner_product_forward.primitive_desc(
                OneDnn.CPU,
                prop_kind.forward_inference,
                input,
                OneDnn.floats(format_tag.any, outputs, inputs),
                OneDnn.vector(outputs),
                output,
                OneDnn.attributes(),
                false);
        return new Call(new inner_product_forward(description), description)
                .fixed(DNNL_ARG_SRC, at(step.input(), input))
                .fixed(
                        DNNL_ARG_WEIGHTS,
                        weights.parameters(
                                step.weight(),
                                OneDnn.floats(format_tag.ab, outputs, inputs),
                                description.weights_desc()))
                .fixed(DNNL_ARG_BIAS, weights.parameters(step.bias(), OneDnn.vector(outputs), OneDnn.vector(outputs)))
                .fixed(DNNL_ARG_DST, at(step.writes(), output));
    }

    private memory.desc images(Value value) {
        ImageShape shape = value.shape();
        return OneDnn.channelsLast(new ImageShape(batch, shape.height(), shape.width(), shape.channels()));
    }

    private memory at(Value value, memory.desc description) {
        return new memory(description, OneDnn.CPU, address(value));
    }

    private Pointer address(Value value) {
        return buffers.get(plan.buffer(value)).get_data_handle();
    }

    @Override
    public int batch() {
        return batch;
    }

    @Override
    public void run(float[] imageValues, int first, int count, float[] logitValues, float[] featureValues) {
        if (calls.isEmpty()) {
            throw new IllegalStateException("The program is closed");
        }
        // The other images of the batch keep what they were: they are computed, but nobody looks at their logits.
        images.put(imageValues, first * imageLength, count * imageLength);
        calls.forEach(Call::run);
        logits.get(logitValues, first * classes, count * classes);
        features.get(featureValues, first * width, count * width);
    }

    @Override
    public void close() {
        calls.clear();
        buffers.forEach(memory::close);
        buffers.clear();
    }
}
