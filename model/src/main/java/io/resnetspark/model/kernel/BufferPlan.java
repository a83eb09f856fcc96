package io.resnetspark.model.kernel;

import io.resnetspark.model.kernel.InferenceStep.Convolve;
import io.resnetspark.model.kernel.InferenceStep.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
        private final List<Long> lengths = new ArrayList<>();
        private final Set<Integer> free = new HashSet<>();

        Planner(StraightNetwork network) {
            this.network = network;
            for (int i = 0; i < network.steps().size(); i++) {
                for (Value value : network.steps().get(i).reads()) {
                    lastReader.put(value, i);
                }
            }
        }

        BufferPlan plan() {
            buffers.put(network.images(), take(network.images().shape().length()));
            for (int i = 0; i < network.steps().size(); i++) {
                place(network.steps().get(i), i);
            }
            return new BufferPlan(Map.copyOf(buffers), List.copyOf(lengths));
        }

        private void place(InferenceStep step, int index) {
            Value overwritten =
                    step instanceof Convolve convolve ? convolve.addend().orElse(null) : null;
            if (overwritten == null) {
                buffers.put(step.writes(), take(step.writes().shape().length()));
            } else if (lastReader.get(overwritten) > index) {
                throw new IllegalArgumentException("A later step reads the addend " + overwritten);
            } else {
                buffers.put(step.writes(), buffers.get(overwritten));
            }
            for (Value value : step.reads()) {
                if (lastReader.get(value) == index && !value.equals(overwritten)) {
                    free.add(buffers.get(value));
                }
            }
        }

        /** The smallest free buffer that is long enough, else the longest one, made longer, else a new one. */
        private int take(long length) {
            int best = -1;
            for (int candidate : free) {
                if (best < 0 || better(lengths.get(candidate), lengths.get(best), length)) {
                    best = candidate;
                }
            }
            if (best < 0) {
                lengths.add(length);
                return lengths.size() - 1;
            }
            free.remove(best);
            lengths.set(best, Math.max(length, lengths.get(best)));
            return best;
        }

        private static boolean better(long candidate, long best, long needed) {
            return candidate >= needed ? best < needed || candidate < best : best < needed && candidate > best;
        }
    }
}
