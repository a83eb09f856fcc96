package io.resnetspark.model.weights;

import io.resnetspark.model.weights.PickleMachine.World;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The storages a pickle refers to, made as they are named by persistent identifiers {@code ('storage', type, key,
 * location, elements[, view])}, where a view is {@code (key, offset, elements)}.
 */
final class TorchStorages implements World {

    private final Map<String, Storage> byKey = new HashMap<>();

    @Override
    public Optional<Object> global(String module, String name) {
        return TorchClasses.find(module, name);
    }

    @Override
    public Object persistent(Object id) {
        List<?> fields = TorchClasses.list(id);
        if (fields.size() < 5
                || !"storage".equals(fields.get(0))
                || !(fields.get(1) instanceof ElementType type)
                || !(fields.get(2) instanceof String key)
                || !(fields.get(4) instanceof Long elements)) {
            throw new IllegalArgumentException("a reference to something that is no storage");
        }
        Storage storage = byKey.computeIfAbsent(key, k -> new Storage(k, type, elements));
        if (storage.type() != type || storage.elements() != elements) {
            throw new IllegalArgumentException("two descriptions of storage " + PickleMachine.printable(key));
        }
        return fields.size() > 5 && fields.get(5) != null ? view(storage, fields.get(5)) : Storage.Slice.whole(storage);
    }

    private static Storage.Slice view(Storage storage, Object metadata) {
        List<?> fields = TorchClasses.list(metadata);
        if (fields.size() != 3
                || !(fields.get(1) instanceof Long offset)
                || !(fields.get(2) instanceof Long elements)) {
            throw new IllegalArgumentException("a storage view without offset and size");
        }
        return new Storage.Slice(storage, offset, elements);
    }

    /** The storages named so far, by their keys. */
    Map<String, Storage> byKey() {
        return byKey;
    }

    /**
     * The bytes of a storage in the legacy formats: a 64-bit count of elements, then the elements.
     *
     * @param in positioned at the count; left behind the last element
     * @throws IllegalArgumentException if the count is not what the tensors expect or the file ends first
     */
    static void fillCounted(Storage storage, ByteBuffer in) {
        if (in.remaining() < Long.BYTES) {
            throw new IllegalArgumentException("the file is cut short");
        }
        long elements = in.getLong();
        if (elements != storage.elements()) {
            throw new IllegalArgumentException(
                    "a storage has %d elements where its tensors need %d".formatted(elements, storage.elements()));
        }
        int bytes = (int) elements * storage.type().byteCount();
        if (bytes > in.remaining()) {
            throw new IllegalArgumentException(
                    "the file is cut short: a storage of %d bytes has only %d".formatted(bytes, in.remaining()));
        }
        storage.fill(in.slice(in.position(), bytes).order(in.order()));
        in.position(in.position() + bytes);
    }
}
