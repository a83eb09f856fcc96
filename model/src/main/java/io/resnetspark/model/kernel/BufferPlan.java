package io.resnetspark.model.kernel;

import io.resnetspark.model.kernel.InferenceStep.Convolve;
import io.resnetspark.model.kernel.InferenceStep.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which memory each value of a {@link StraightNetwork} occupies: a buffer is used again as soon as nobody reads what it
 * holds, and a convolution with an addend writes over it.
 *
 * @param buffers index of each value's buffer
 * @param lengths number of floats of each buffer, for one image
 */
public record BufferPlan(Map<Value, Integer> buffers, List<Long> lengths) {

    public static BufferPlan of(StraightNetwork network) {
        return new Planner(network).plan();
    }

    public int buffer(Value value) {
        return buffers.get(value);
    }

    /** Memory of all buffers for one image, in bytes. */
    public long bytesPerImage() {
        return Float.BYTES * lengths.stream().mapToLong(Long::longValue).sum();
    }

    private static final class Planner {

        private final StraightNetwork network;
        private final Map<Value, Integer> lastReader = new HashMap<>();
        private final Map<Value, Integer> buffers = new HashMap<>();
        private final BufferPool pool = new BufferPool();

        Planner(StraightNetwork network) {
            this.network = network;
            for (int i = 0; i < network.steps().size(); i++) {
                for (Value value : network.steps().get(i).reads()) {
                    lastReader.put(value, i);
                }
            }
        }

        BufferPlan plan() {
            buffers.put(network.images(), pool.take(network.images().shape().length()));
            for (int i = 0; i < network.steps().size(); i++) {
                place(network.steps().get(i), i);
            }
            return new BufferPlan(Map.copyOf(buffers), pool.lengths());
        }

        private void place(InferenceStep step, int index) {
            Value overwritten =
                    step instanceof Convolve convolve ? convolve.addend().orElse(null) : null;
            if (overwritten == null) {
                buffers.put(step.writes(), pool.take(step.writes().shape().length()));
            } else if (lastReader.get(overwritten) > index) {
                throw new IllegalArgumentException("A later step reads the addend " + overwritten);
            } else {
                buffers.put(step.writes(), buffers.get(overwritten));
            }
            for (Value value : step.reads()) {
                if (lastReader.get(value) == index && !value.equals(overwritten)) {
                    pool.release(buffers.get(value));
                }
            }
        }
    }
}
