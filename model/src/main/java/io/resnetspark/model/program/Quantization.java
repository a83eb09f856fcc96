package io.resnetspark.model.program;

import io.resnetspark.model.error.BadDataException;
import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Static 8-bit quantisation (Wu et al. 2020, arXiv:2004.09602). A map is stored as {@code round(value / step)} with one step
 * for the whole map, found by calibration: without a sign, in 0..255, where a ReLU wrote it, in -127..127 elsewhere; zero is
 * exact. A filter of a folded convolution is stored in -127..127 with a step of its own, its largest magnitude / 127.
 *
 * @param ranges the largest magnitude that each map represents, by the name of its {@link Value}; what is larger is clipped
 * @param images that calibrated it
 * @param source what they were, for people
 */
public record Quantization(Map<String, Float> ranges, long images, String source) implements Serializable {

    /** Steps from zero to the largest value with a sign; -128 is left out for symmetry. */
    public static final int SIGNED_STEPS = 127;

    /** Likewise without one. */
    public static final int UNSIGNED_STEPS = 255;

    public Quantization {
        ranges.forEach((name, range) -> {
            if (!(range > 0 && Float.isFinite(range))) {
                throw new IllegalArgumentException("The range of %s is %s".formatted(name, range));
            }
        });
        ranges = Collections.unmodifiableMap(new TreeMap<>(ranges));
    }

    /** @throws BadDataException if calibration did not see such a map */
    public float range(Value value) {
        Float range = ranges.get(value.name());
        if (range == null) {
            throw new BadDataException(
                    "The model's quantisation has no range for %s; quantise it again".formatted(value.name()));
        }
        return range;
    }

    /** A folded convolution's weights as whole numbers of steps. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, compared with nothing
    public record Weights(byte[] values, float[] steps) {

        /**
         * @param weights {@code [out, ...]}, row-major
         * @param outputs number of filters
         */
        public static Weights of(float[] weights, int outputs) {
            int length = weights.length / outputs;
            byte[] values = new byte[weights.length];
            float[] steps = new float[outputs];
            for (int o = 0; o < outputs; o++) {
                float largest = 0;
                for (int i = o * length; i < (o + 1) * length; i++) {
                    largest = Math.max(largest, Math.abs(weights[i]));
                }
                // Of a filter of zeros, any step will do.
                steps[o] = largest > 0 ? largest / SIGNED_STEPS : 1;
                for (int i = o * length; i < (o + 1) * length; i++) {
                    values[i] = (byte) Math.rint(weights[i] / steps[o]);
                }
            }
            return new Weights(values, steps);
        }
    }
}
