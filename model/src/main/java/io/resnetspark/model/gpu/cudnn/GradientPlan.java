package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.kernel.BufferPool;
import io.resnetspark.model.kernel.InferenceStep.Value;
import io.resnetspark.model.kernel.TrainingNetwork;
import io.resnetspark.model.kernel.TrainingStep;
import io.resnetspark.model.kernel.TrainingStep.Normalise;
import io.resnetspark.model.kernel.TrainingStep.Sum;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * How gradients flow back through a {@link TrainingNetwork} and which buffers hold them. Only values above something that
 * learns have gradients. Where a value has several readers, the last of them comes first on the way back: it writes the
 * gradient, the others add to it. A residual sum hands its own gradient's buffer on to one of its summands, whose gradient is
 * the same.
 */
final class GradientPlan {

    /** What a step on its way back does for the gradient of a value it reads. */
    enum Passing {
        /** Nobody needs it. */
        NOWHERE,
        REPLACE,
        ADD,
        /** It is the step's own gradient, in the same buffer. */
        SHARED;

        Write write() {
            return switch (this) {
                case REPLACE -> Write.REPLACE;
                case ADD -> Write.ADD;
                case NOWHERE, SHARED -> throw new IllegalStateException("Nothing is written where it is " + this);
            };
        }
    }

    private record Read(TrainingStep step, int position) {}

    private final TrainingNetwork network;
    private final ToLongFunction<Value> bytes;
    private final Set<Value> reached = new HashSet<>();
    private final Map<Value, Integer> buffers = new HashMap<>();
    private final Map<Read, Passing> passings = new HashMap<>();
    private final BufferPool pool = new BufferPool();

    /** @param bytes memory that a value's gradient takes */
    GradientPlan(TrainingNetwork network, ToLongFunction<Value> bytes) {
        this.network = network;
        this.bytes = bytes;
        for (TrainingStep step : network.steps()) {
            if (step.learns() || step.reads().stream().anyMatch(reached::contains)) {
                reached.add(step.writes());
            }
        }
        // The loss writes it even if nothing learns.
        buffers.put(network.logits(), pool.take(bytes.applyAsLong(network.logits())));
        for (int i = network.steps().size() - 1; i >= 0; i--) {
            if (runs(network.steps().get(i))) {
                goBack(network.steps().get(i));
            }
        }
    }

    /** Whether a step has anything to do on the way back. */
    boolean runs(TrainingStep step) {
        return reached.contains(step.writes());
    }

    /** @param position of the value among what the step reads */
    Passing passing(TrainingStep step, int position) {
        return passings.get(new Read(step, position));
    }

    /** Index of the buffer that holds a value's gradient. */
    int buffer(Value value) {
        Integer buffer = buffers.get(value);
        if (buffer == null) {
            throw new IllegalArgumentException(value + " has no gradient");
        }
        return buffer;
    }

    /** Bytes of each buffer. */
    List<Long> lengths() {
        return pool.lengths();
    }

    private void goBack(TrainingStep step) {
        int own = buffer(step.writes());
        boolean handedOn = false;
        for (int position = 0; position < step.reads().size(); position++) {
            Value value = step.reads().get(position);
            Passing passing;
            if (!reached.contains(value)) {
                passing = Passing.NOWHERE;
            } else if (buffers.containsKey(value)) {
                passing = Passing.ADD;
            } else if (shares(step, position)) {
                passing = Passing.SHARED;
                buffers.put(value, own);
                handedOn = true;
            } else {
                passing = Passing.REPLACE;
                buffers.put(value, pool.take(bytes.applyAsLong(value)));
            }
            passings.put(new Read(step, position), passing);
        }
        if (!handedOn) {
            pool.release(own);
        }
    }

    /** A normalisation needs its gradient for the branch first and can then give it away; a sum can give it to its branch. */
    private static boolean shares(TrainingStep step, int position) {
        return (step instanceof Normalise && position == 1) || (step instanceof Sum && position == 0);
    }
}
