package io.resnetspark.model.weights;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A run of elements that tensors are views of (PyTorch's {@code torch.FloatStorage} and its siblings). Compared by
 * identity. The legacy formats name storages first and hold their bytes at the end, so the bytes may come later.
 */
final class Storage {

    private final String key;
    private final ElementType type;
    private final long elements;
    private @Nullable ByteBuffer bytes;

    /**
     * @param key how the file names it
     * @param elements how many elements tensors may expect
     */
    Storage(String key, ElementType type, long elements) {
        if (elements < 0 || elements > Integer.MAX_VALUE / type.byteCount()) {
            throw new IllegalArgumentException(
                    "storage %s claims %d elements".formatted(PickleMachine.printable(key), elements));
        }
        this.key = key;
        this.type = type;
        this.elements = elements;
    }

    /**
     * Gives the storage its bytes.
     *
     * @throws IllegalArgumentException if they are not as many as the elements need
     */
    void fill(ByteBuffer content) {
        if (content.remaining() != elements * type.byteCount()) {
            throw new IllegalArgumentException("storage %s has %d bytes where its tensors need %d"
                    .formatted(PickleMachine.printable(key), content.remaining(), elements * type.byteCount()));
        }
        bytes = content;
    }

    ElementType type() {
        return type;
    }

    long elements() {
        return elements;
    }

    /** @throws IllegalArgumentException if the file never said what they are */
    ByteBuffer bytes() {
        if (bytes == null) {
            throw new IllegalArgumentException(
                    "the bytes of storage %s are missing".formatted(PickleMachine.printable(key)));
        }
        return bytes;
    }

    /**
     * Part of a storage.
     *
     * @param offset first element
     * @param elements number of elements
     */
    record Slice(Storage storage, long offset, long elements) {

        /** @throws IllegalArgumentException if the slice reaches outside */
        Slice {
            if (offset < 0 || elements < 0 || elements > storage.elements() - offset) {
                throw new IllegalArgumentException("a slice of %d elements at %d of a storage of %d"
                        .formatted(elements, offset, storage.elements()));
            }
        }

        static Slice whole(Storage storage) {
            return new Slice(storage, 0, storage.elements());
        }
    }
}
