package io.resnetspark.model.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.resnetspark.model.kernel.onednn.primitive.Call;
import io.resnetspark.model.kernel.onednn.primitive.OneDnn;
import io.resnetspark.model.kernel.onednn.primitive.OneDnnPooling;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.InferenceExecutor;
import io.resnetspark.model.program.InferenceProgram;
import io.resnetspark.model.program.MemoryPlan;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.Step.Convolution;
import io.resnetspark.model.program.Step.GlobalAverage;
import io.resnetspark.model.program.Step.Linear;
import io.resnetspark.model.program.Step.MaxPool;
import io.resnetspark.model.program.Value;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A folded program as a list of oneDNN primitives on a few reused buffers: biases, sums and ReLUs happen inside the convolutions.
 */
final class OneDnnInference implements InferenceExecutor {

    /** A part of a processor's shared cache: maps that stay in it save the ways to memory between the steps. */
    private static final long CACHE_BYTES = 8 << 20;

    /** Below this many images, the small maps of the last stages give matrix products too few rows. */
    private static final int FEWEST_IMAGES = 4;

    private final int batch;
    private final int imageLength;
    private final int classes;
    private final int width;
    private final Program program;
    private final OneDnnProgram weights;
    private final MapTypes types;
    private final MemoryPlan plan;
    private final List<memory> buffers = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private final FloatPointer images;
    private final FloatPointer logits;
    private final FloatPointer features;

    /** @param weights the program's, packed; not closed with this executor */
    OneDnnInference(InferenceProgram inference, OneDnnProgram weights, int largestBatch) {
        this.program = inference.program();
        this.weights = weights;
        this.types = new MapTypes(inference);
        this.imageLength = Math.toIntExact(program.images().shape().length());
        this.classes = program.classes();
        this.width = program.features().channels();
        this.plan = MemoryPlan.inference(program, inference.precision().maps());
        this.batch = batch(plan.bytesPerImage(), largestBatch);
        for (long length : plan.lengths()) {
            buffers.add(bytes(length * batch));
        }
        images = new FloatPointer(imagesAsFloats());
        for (Step step : program.steps()) {
            append(step);
        }
        logits = new FloatPointer(address(program.logits()));
        features = new FloatPointer(address(program.features()));
    }

    /** Where callers' pixels are put; of another type, the first call makes the network's input of them. */
    private Pointer imagesAsFloats() {
        Value input = program.images();
        if (types.isFloat(input)) {
            return address(input);
        }
        memory.desc floats = OneDnn.channelsLast(input.batch(batch));
        memory staging = new memory(floats, OneDnn.CPU);
        buffers.add(staging);
        calls.add(types.conversion(floats, images(input), input)
                .fixed(DNNL_ARG_FROM, staging)
                .fixed(DNNL_ARG_TO, at(input, images(input))));
        return staging.get_data_handle();
    }

    private static memory bytes(long length) {
        return new memory(new memory.desc(new long[] {length}, data_type.u8, format_tag.x), OneDnn.CPU);
    }

    /** Equal parts of the largest batch that fit the cache. */
    private static int batch(long bytesPerImage, int largestBatch) {
        long fitting = Math.max(FEWEST_IMAGES, CACHE_BYTES / bytesPerImage);
        int parts = Math.toIntExact((largestBatch + fitting - 1) / fitting);
        return (largestBatch + parts - 1) / parts;
    }

    private void append(Step step) {
        if (step instanceof Convolution convolution) {
            calls.add(convolution(convolution));
        } else if (step instanceof MaxPool pool) {
            calls.add(OneDnnPooling.inference(
                            algorithm.pooling_max, images(pool.input()), images(pool.output()), pool.window())
                    .fixed(DNNL_ARG_SRC, at(pool.input(), images(pool.input())))
                    .fixed(DNNL_ARG_DST, at(pool.output(), images(pool.output()))));
        } else if (step instanceof GlobalAverage average) {
            append(average);
        } else if (step instanceof Linear linear) {
            calls.add(linear(linear));
        } else {
            throw new IllegalArgumentException("Cannot infer by " + step);
        }
    }

    /** The last maps are small: what is not single precision becomes so first, so that the mean is. */
    private void append(GlobalAverage step) {
        memory.desc floats = OneDnn.channelsLast(step.input().batch(batch));
        memory maps;
        if (types.isFloat(step.input())) {
            maps = at(step.input(), floats);
        } else {
            maps = new memory(floats, OneDnn.CPU);
            buffers.add(maps);
            calls.add(types.conversion(images(step.input()), floats, step.input())
                    .fixed(DNNL_ARG_FROM, at(step.input(), images(step.input())))
                    .fixed(DNNL_ARG_TO, maps));
        }
        memory.desc features = OneDnn.channelsLast(step.output().batch(batch));
        calls.add(OneDnnPooling.averageInference(step.input().shape(), floats, features)
                .fixed(DNNL_ARG_SRC, maps)
                .fixed(DNNL_ARG_DST, at(step.output(), features)));
    }

    private Call convolution(Convolution step) {
        int outputs = step.output().channels();
        long[] weightShape = {
            outputs,
            step.input().channels(),
            step.window().size(),
            step.window().size()
        };
        post_ops after = new post_ops();
        // The sum is with what the output's buffer holds: the plan puts the result where the addend is.
        step.addend().ifPresent(addend -> types.appendSum(after, addend));
        if (step.activation() == Activation.RELU) {
            after.append_eltwise(algorithm.eltwise_relu, 0f, 0f);
        }
        primitive_attr attributes = OneDnn.attributes();
        attributes.set_post_ops(after);
        types.declareScales(attributes);
        memory.desc input = images(step.input());
        memory.desc output = images(step.output());
        var description = new convolution_forward.primitive_desc(
                OneDnn.CPU,
                prop_kind.forward_inference,
                algorithm.convolution_direct,
                input,
                new memory.desc(weightShape, types.weights(), format_tag.any),
                OneDnn.vector(outputs),
                output,
                OneDnn.stride(step.window()),
                OneDnn.padding(step.window()),
                OneDnn.padding(step.window()),
                attributes,
                false);
        Call call = new Call(new convolution_forward(description), description)
                .fixed(DNNL_ARG_SRC, at(step.input(), input))
                .fixed(DNNL_ARG_WEIGHTS, weights.weights(step, weightShape, description.weights_desc()))
                .fixed(
                        DNNL_ARG_BIAS,
                        weights.parameters(step.bias().orElseThrow(), OneDnn.vector(outputs), OneDnn.vector(outputs)))
                .fixed(DNNL_ARG_DST, at(step.output(), output));
        types.giveScales(call, step, weights);
        return call;
    }

    private Call linear(Linear step) {
        int inputs = step.input().channels();
        int outputs = step.output().channels();
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
                .fixed(DNNL_ARG_DST, at(step.output(), output));
    }

    private memory.desc images(Value value) {
        return OneDnn.channelsLast(value.batch(batch), types.of(value));
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
            throw new IllegalStateException("The executor is closed");
        }
        // The other images of the batch keep what they were: they are computed, but nobody looks at their logits.
        images.put(imageValues, first * imageLength, count * imageLength);
        calls.forEach(Call::run);
        logits.get(logitValues, first * classes, count * classes);
        features.get(featureValues, first * width, count * width);
    }

    @Override
    public void observe(float[] imageValues, int count, MapObserver observer) {
        if (!types.isFloat(program.images())) {
            throw new IllegalStateException("Only maps in single precision are shown");
        }
        images.put(imageValues, 0, count * imageLength);
        observer.sees(program.images(), imageValues, count * imageLength);
        for (int i = 0; i < calls.size(); i++) { // one for each step
            calls.get(i).run();
            Value written = program.steps().get(i).output();
            float[] values = new float[Math.toIntExact(count * written.shape().length())];
            new FloatPointer(address(written)).get(values);
            observer.sees(written, values, values.length);
        }
    }

    @Override
    public void close() {
        calls.clear();
        buffers.forEach(memory::close);
        buffers.clear();
    }
}
