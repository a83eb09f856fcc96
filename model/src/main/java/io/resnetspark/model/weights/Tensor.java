package io.resnetspark.model.weights;

import java.util.Arrays;
import java.util.Objects;

/**
 * A named weight's values. The arrays are shared, not copied, and immutable by convention: whoever holds a tensor reads
 * it only.
 *
 * @param shape sizes of the dimensions, each at least 0; empty for a scalar. Convolution weights are OIHW {@code [out,
 *     in, height, width]} and linear weights {@code [out, in]}, as PyTorch stores them
 * @param data the elements, row-major, as many as the product of the shape; integers (such as {@code
 *     num_batches_tracked}) are exact up to 2^24
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below; copying 60 million weights to be safe is waste
public record Tensor(long[] shape, float[] data) {

    public Tensor {
        Objects.requireNonNull(shape, "shape");
        if (elements(shape) != data.length) {
            throw new IllegalArgumentException("shape %s needs %d elements, not %d"
                    .formatted(Arrays.toString(shape), elements(shape), data.length));
        }
    }

    /** A tensor of the given values, for example {@code Tensor.of(weights, 64, 3, 7, 7)}. */
    public static Tensor of(float[] data, long... shape) {
        return new Tensor(shape, data);
    }

    /**
     * The product of the sizes.
     *
     * @throws IllegalArgumentException if a size is negative or the product exceeds the range of a long
     */
    static long elements(long[] shape) {
        long product = 1;
        boolean empty = false;
        for (long size : shape) {
            if (size < 0) {
                throw new IllegalArgumentException("negative size in shape " + Arrays.toString(shape));
            }
            // A zero anywhere makes the product 0, but must not hide an overflow of the other sizes.
            empty |= size == 0;
            long high = Math.multiplyHigh(product, Math.max(1, size));
            product *= Math.max(1, size);
            if (high != 0 || product < 0) {
                throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " is too large");
            }
        }
        return empty ? 0 : product;
    }

    /** The number of elements. */
    public int size() {
        return data.length;
    }

    /** Equal shape and bit-wise equal elements (all NaN are equal), as {@link Arrays#equals(float[], float[])}. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Tensor that && Arrays.equals(shape, that.shape) && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(shape) + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return "Tensor" + Arrays.toString(shape);
    }
}
