package io.resnetspark.model.program;

import java.util.Arrays;

/**
 * A part of a network's flat parameter vector and, alike, of its gradient and its optimiser's state.
 *
 * @param offset of its first value, at least 0
 * @param length number of values, at least 1
 */
public record ParameterSlice(int offset, int length) {

    public ParameterSlice {
        if (offset < 0 || length < 1) {
            throw new IllegalArgumentException(
                    "Impossible part of a vector: %d values from %d".formatted(length, offset));
        }
    }

    public int end() {
        return offset + length;
    }

    /** A copy of its values. */
    public float[] of(float[] vector) {
        return Arrays.copyOfRange(vector, offset, end());
    }
}
