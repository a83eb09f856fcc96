package io.resnetspark.model.program;

/**
 * A square sliding window, of a convolution or a pooling.
 *
 * @param size edge in pixels, at least 1
 * @param stride step in pixels, at least 1
 * @param padding pixels added on each side, at least 0 and less than {@code size}
 */
public record Window(int size, int stride, int padding) {

    public Window {
        if (size < 1 || stride < 1 || padding < 0 || padding >= size) {
            throw new IllegalArgumentException(
                    "Impossible window: size %d, stride %d, padding %d".formatted(size, stride, padding));
        }
    }

    /** {@code floor((input + 2 padding - size) / stride) + 1}. */
    public int outputSize(int input) {
        int output = Math.floorDiv(input + 2 * padding - size, stride) + 1;
        if (output < 1) {
            throw new IllegalArgumentException(
                    "An input of %d pixels is smaller than the %d-pixel window".formatted(input, size));
        }
        return output;
    }
}
