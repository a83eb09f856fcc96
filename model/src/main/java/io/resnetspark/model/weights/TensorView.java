package io.resnetspark.model.weights;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A tensor as PyTorch stores it: a strided window on a storage. Element {@code [i, j, …]} is the storage's element
 * {@code offset + i * strides[0] + j * strides[1] + …}.
 *
 * @param storage the elements
 * @param offset first element, counted in elements of the slice
 * @param shape sizes of the dimensions
 * @param strides steps of the dimensions in elements, not negative
 */
record TensorView(Storage.Slice storage, long offset, List<Long> shape, List<Long> strides) {

    private static final int MAX_DIMENSIONS = 16;

    /** @throws IllegalArgumentException if an element lies outside of the storage */
    TensorView {
        shape = List.copyOf(shape);
        strides = List.copyOf(strides);
        if (shape.size() != strides.size() || shape.size() > MAX_DIMENSIONS) {
            throw new IllegalArgumentException(
                    "a tensor of %d dimensions with %d strides".formatted(shape.size(), strides.size()));
        }
        long elements = Tensor.elements(sizes(shape));
        if (elements > 0 && lastElement(offset, shape, strides) >= storage.elements()) {
            throw new IllegalArgumentException(
                    "a tensor of shape %s, strides %s at offset %d is too short: its storage has %d elements"
                            .formatted(shape, strides, offset, storage.elements()));
        }
        // Only stride 0 (an expanded tensor) can have more elements than the storage; no weight is one.
        if (elements > Math.max(1, storage.elements())) {
            throw new IllegalArgumentException(
                    "a tensor of shape %s repeats the %d elements of its storage".formatted(shape, storage.elements()));
        }
    }

    private static long[] sizes(List<Long> shape) {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    private static long lastElement(long offset, List<Long> shape, List<Long> strides) {
        try {
            long last = offset;
            for (int d = 0; d < shape.size(); d++) {
                if (strides.get(d) < 0) {
                    throw new IllegalArgumentException("negative stride in " + strides);
                }
                last = Math.addExact(last, Math.multiplyExact(shape.get(d) - 1, strides.get(d)));
            }
            if (offset < 0) {
                throw new IllegalArgumentException("a tensor at offset " + offset);
            }
            return last;
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("a tensor of shape %s with strides %s".formatted(shape, strides), e);
        }
    }

    /** Number of elements. */
    int elements() {
        return (int) Tensor.elements(sizes(shape));
    }

    /** Copies the elements in row-major order. */
    Tensor read() {
        Storage elements = storage.storage();
        ByteBuffer bytes = elements.bytes();
        int elementBytes = elements.type().byteCount();
        int first = (int) (storage.offset() + offset) * elementBytes;
        long[] sizes = sizes(shape);
        int count = elements();
        if (count == 0) {
            return new Tensor(sizes, new float[0]);
        }
        if (isContiguous()) {
            return new Tensor(sizes, elements.type().decode(bytes, first, count));
        }
        float[] values = new float[count];
        long[] index = new long[sizes.length];
        int at = 0;
        for (int i = 0; i < count; i++) {
            values[i] = elements.type().at(bytes, first + at * elementBytes);
            for (int d = sizes.length - 1; d >= 0; d--) {
                at += strides.get(d).intValue();
                if (++index[d] < sizes[d]) {
                    break;
                }
                at -= (int) (sizes[d] * strides.get(d));
                index[d] = 0;
            }
        }
        return new Tensor(sizes, values);
    }

    private boolean isContiguous() {
        long expected = 1;
        for (int d = shape.size() - 1; d >= 0; d--) {
            if (shape.get(d) != 1 && strides.get(d) != expected) {
                return false;
            }
            expected *= shape.get(d);
        }
        return true;
    }
}
