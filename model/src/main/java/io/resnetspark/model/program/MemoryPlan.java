package io.resnetspark.model.program;

import io.resnetspark.model.program.Step.Convolution;
import io.resnetspark.model.program.Step.GlobalAverage;
import io.resnetspark.model.program.Step.Linear;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which buffer holds each value and each gradient of a {@link Program}, and which way gradients flow. A buffer is used again
 * as soon as nobody reads what it holds: by a later step, or by the backward pass, which reads again what steps {@linkplain
 * Step#saved save}. A convolution with an addend writes over it.
 *
 * <p>Only values above something that learns have gradients. Where a value has several readers, the last of them comes first
 * on the way back: it writes the gradient, the others add to it. A residual sum hands its own gradient's buffer on to one of
 * its summands, whose gradient is the same.
 */
public final class MemoryPlan {

    /** What a step's backward pass does for the gradient of a value it reads. */
    public enum GradientFlow {
        /** Nobody needs it. */
        NONE,
        REPLACE,
        ADD,
        /** It is the step's own gradient, in the same buffer. */
        SHARED
    }

    private record Read(Step step, int position) {}

    private final Program program;
    private final Element maps;
    private final Set<Value> floats = new HashSet<>();
    private final Set<Value> reached = new HashSet<>();
    private final Map<Value, Integer> buffers = new HashMap<>();
    private final Map<Value, Integer> gradients = new HashMap<>();
    private final Map<Read, GradientFlow> flows = new HashMap<>();
    private final BufferPool pool = new BufferPool();

    private MemoryPlan(Program program, Element maps) {
        this.program = program;
        this.maps = maps;
        for (Step step : program.steps()) {
            if (step instanceof Linear || step instanceof GlobalAverage) {
                floats.add(step.output());
            }
            if (step instanceof Linear) {
                floats.addAll(step.inputs());
            }
        }
    }

    /** For the forward pass alone. */
    public static MemoryPlan inference(Program program, Element maps) {
        MemoryPlan plan = new MemoryPlan(program, maps);
        plan.goForward(Set.of());
        return plan;
    }

    /**
     * For the forward pass, the loss, and the backward pass.
     *
     * @throws IllegalArgumentException if the program has been folded
     */
    public static MemoryPlan training(Program program, Element maps) {
        MemoryPlan plan = new MemoryPlan(program, maps);
        Map<Value, Step> lastSaved = new HashMap<>(); // the last on the way back
        for (Step step : program.steps()) {
            if (step instanceof Convolution convolution && !convolution.isPlain()) {
                throw new IllegalArgumentException("A folded program does not train");
            }
            if (step.learns() || step.inputs().stream().anyMatch(plan.reached::contains)) {
                plan.reached.add(step.output());
                step.saved().forEach(value -> lastSaved.putIfAbsent(value, step));
            }
        }
        plan.goForward(lastSaved.keySet());
        plan.goBack(lastSaved);
        return plan;
    }

    private void goForward(Set<Value> saved) {
        Map<Value, Integer> lastReader = new HashMap<>();
        for (int i = 0; i < program.steps().size(); i++) {
            for (Value value : program.steps().get(i).inputs()) {
                lastReader.put(value, i);
            }
        }
        buffers.put(program.images(), pool.take(bytes(program.images())));
        for (int i = 0; i < program.steps().size(); i++) {
            Step step = program.steps().get(i);
            Value overwritten = step instanceof Convolution convolution
                    ? convolution.addend().orElse(null)
                    : null;
            if (overwritten == null) {
                buffers.put(step.output(), pool.take(bytes(step.output())));
            } else if (lastReader.get(overwritten) > i) {
                throw new IllegalArgumentException("A later step reads the addend " + overwritten);
            } else {
                buffers.put(step.output(), buffers.get(overwritten));
            }
            for (Value value : step.inputs()) {
                if (lastReader.get(value) == i && !value.equals(overwritten) && !saved.contains(value)) {
                    pool.release(buffers.get(value));
                }
            }
        }
    }

    private void goBack(Map<Value, Step> lastSaved) {
        // The loss writes it even if nothing learns.
        gradients.put(program.logits(), pool.take(bytes(program.logits())));
        for (int i = program.steps().size() - 1; i >= 0; i--) {
            Step step = program.steps().get(i);
            if (hasBackward(step)) {
                passGradients(step);
                step.saved().stream()
                        .filter(value -> lastSaved.get(value).equals(step))
                        .forEach(value -> pool.release(buffers.get(value)));
            }
        }
    }

    private void passGradients(Step step) {
        int own = gradientBuffer(step.output());
        boolean handedOn = false;
        for (int position = 0; position < step.inputs().size(); position++) {
            Value value = step.inputs().get(position);
            GradientFlow flow;
            if (!reached.contains(value)) {
                flow = GradientFlow.NONE;
            } else if (gradients.containsKey(value)) {
                flow = GradientFlow.ADD;
            } else if (shares(step, position)) {
                flow = GradientFlow.SHARED;
                gradients.put(value, own);
                handedOn = true;
            } else {
                flow = GradientFlow.REPLACE;
                gradients.put(value, pool.take(bytes(value)));
            }
            flows.put(new Read(step, position), flow);
        }
        if (!handedOn) {
            pool.release(own);
        }
    }

    /** A batch norm needs its gradient for the branch first and can then give it away; a sum can give it to its branch. */
    private static boolean shares(Step step, int position) {
        return (step instanceof Step.BatchNorm && position == 1) || (step instanceof Step.ResidualAdd && position == 0);
    }

    private long bytes(Value value) {
        return value.shape().length() * type(value).bytes();
    }

    /** Type that a value and its gradient are stored as. */
    public Element type(Value value) {
        return floats.contains(value) ? Element.FLOAT : maps;
    }

    /** Number of the buffer that holds a value. */
    public int buffer(Value value) {
        return buffers.get(value);
    }

    /** Number of the buffer that holds a value's gradient. */
    public int gradientBuffer(Value value) {
        Integer buffer = gradients.get(value);
        if (buffer == null) {
            throw new IllegalArgumentException(value + " has no gradient");
        }
        return buffer;
    }

    /** Whether it has room for gradients. */
    public boolean trains() {
        return !gradients.isEmpty();
    }

    /** Whether a step has anything to do on the way back. */
    public boolean hasBackward(Step step) {
        return reached.contains(step.output());
    }

    /** @param position of the value among what the step reads */
    public GradientFlow flow(Step step, int position) {
        return flows.get(new Read(step, position));
    }

    /** Bytes of each buffer for one image. */
    public List<Long> lengths() {
        return pool.lengths();
    }

    /** Memory of all buffers for one image. */
    public long bytesPerImage() {
        return lengths().stream().mapToLong(Long::longValue).sum();
    }
}
