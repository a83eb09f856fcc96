package io.resnetspark.model.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.MemoryPlan;
import io.resnetspark.model.program.MemoryPlan.GradientFlow;
import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;

/**
 * Where everything between images and loss lies for one batch size: the {@link MemoryPlan}'s buffers, what steps keep besides
 * their values, and scratch memory. Parameters and their gradients are parts of two flat vectors.
 */
final class TrainingMemory implements AutoCloseable {

    /** Where the gradient of what a step reads is to be written, and what adds it to the others if there are some. */
    record InputGradient(memory target, Optional<Call> sum) {

        /** After the target was written. */
        void finish() {
            sum.ifPresent(Call::run);
        }
    }

    private final MemoryPlan plan;
    private final int batch;
    private final NativeBlock parameters;
    private final NativeBlock gradients;
    private final List<NativeBlock> buffers = new ArrayList<>();
    private final List<NativeBlock> kept = new ArrayList<>();
    private final StoredWeights storedWeights;
    private final SharedScratch weights = new SharedScratch();
    private final SharedScratch maps = new SharedScratch();

    /**
     * @param parameters the flat vector; neither it nor the gradients are closed with this
     * @param storedWeights how convolutions' weights lie in both
     */
    TrainingMemory(
            Program program,
            Element maps,
            int batch,
            NativeBlock parameters,
            NativeBlock gradients,
            StoredWeights storedWeights) {
        this.plan = MemoryPlan.training(program, maps);
        this.batch = batch;
        this.parameters = parameters;
        this.gradients = gradients;
        this.storedWeights = storedWeights;
        plan.lengths().forEach(length -> buffers.add(new NativeBlock(length * batch)));
    }

    MemoryPlan plan() {
        return plan;
    }

    int batch() {
        return batch;
    }

    static data_type type(Element element) {
        return element == Element.FLOAT ? data_type.f32 : data_type.bf16;
    }

    /** Type of a value and its gradient. */
    data_type type(Value value) {
        return type(plan.type(value));
    }

    /** A value as images. */
    memory.desc map(Value value) {
        return map(value, type(value));
    }

    /** A map of a value's channels and type with the height and width of another shape. */
    memory.desc map(Value value, ImageShape size) {
        long[] shape = {batch, value.channels(), size.height(), size.width()};
        return new memory.desc(shape, type(value), format_tag.nhwc);
    }

    memory.desc map(Value value, data_type type) {
        long[] shape = {
            batch, value.channels(), value.shape().height(), value.shape().width()
        };
        return new memory.desc(shape, type, format_tag.nhwc);
    }

    memory value(Value value) {
        return value(value, map(value));
    }

    memory value(Value value, memory.desc description) {
        return new memory(description, OneDnn.CPU, valueBlock(value).at(0));
    }

    NativeBlock valueBlock(Value value) {
        return buffers.get(plan.buffer(value));
    }

    memory gradient(Value value) {
        return gradient(value, map(value));
    }

    memory gradient(Value value, memory.desc description) {
        return new memory(description, OneDnn.CPU, gradientBlock(value).at(0));
    }

    NativeBlock gradientBlock(Value value) {
        return buffers.get(plan.gradientBuffer(value));
    }

    /**
     * For a step that cannot add to what is there. Empty where nobody needs the gradient, or where it lies already.
     *
     * @param position of the value among what the step reads
     */
    Optional<InputGradient> inputGradient(Step step, int position) {
        Value value = step.inputs().get(position);
        return switch (plan.flow(step, position)) {
            case NONE, SHARED -> Optional.empty();
            case REPLACE -> Optional.of(new InputGradient(gradient(value), Optional.empty()));
            case ADD -> {
                memory summand = scratch(map(value));
                yield Optional.of(new InputGradient(summand, Optional.of(sum(value, summand))));
            }
        };
    }

    /** What adds a step's own gradient to that of what it reads, if they are not the same already. */
    Optional<Call> passed(Step step, int position) {
        Value value = step.inputs().get(position);
        GradientFlow flow = plan.flow(step, position);
        if (flow == GradientFlow.REPLACE) {
            return Optional.of(Call.reorder(map(value), map(value))
                    .fixed(DNNL_ARG_FROM, gradient(step.output()))
                    .fixed(DNNL_ARG_TO, gradient(value)));
        }
        return flow == GradientFlow.ADD ? Optional.of(sum(value, gradient(step.output()))) : Optional.empty();
    }

    private Call sum(Value value, memory summand) {
        memory.desc shape = map(value);
        var description = new binary.primitive_desc(
                OneDnn.CPU, algorithm.binary_add, shape, shape, shape, OneDnn.attributes(), false);
        return new Call(new binary(description), description)
                .fixed(DNNL_ARG_SRC_0, gradient(value))
                .fixed(DNNL_ARG_SRC_1, summand)
                .fixed(DNNL_ARG_DST, gradient(value));
    }

    StoredWeights storedWeights() {
        return storedWeights;
    }

    memory parameter(ParameterSlice slice, memory.desc description) {
        return new memory(description, OneDnn.CPU, parameters.at((long) slice.offset() * Float.BYTES));
    }

    memory parameterGradient(ParameterSlice slice, memory.desc description) {
        return new memory(description, OneDnn.CPU, gradients.at((long) slice.offset() * Float.BYTES));
    }

    /** Memory that one step has for itself from the forward to the backward pass. */
    NativeBlock kept(memory.desc description) {
        NativeBlock block = new NativeBlock(description.get_size());
        kept.add(block);
        return block;
    }

    /** Memory for a weight in some layout during one call. */
    memory weight(memory.desc description) {
        return weights.as(description);
    }

    /** Memory for a map during one call. */
    memory scratch(memory.desc description) {
        return maps.as(description);
    }

    /** All of it. */
    long bytes() {
        long sum = weights.bytes() + maps.bytes();
        for (NativeBlock block : buffers) {
            sum += block.bytes();
        }
        for (NativeBlock block : kept) {
            sum += block.bytes();
        }
        return sum;
    }

    @Override
    public void close() {
        buffers.forEach(NativeBlock::close);
        kept.forEach(NativeBlock::close);
        weights.close();
        maps.close();
    }
}
