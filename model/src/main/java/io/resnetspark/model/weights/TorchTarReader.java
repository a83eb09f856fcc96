package io.resnetspark.model.weights;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.weights.PickleMachine.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;

/**
 * PyTorch's first format ({@code legacy_load} in torch/serialization.py, 0.1.x): a tar of {@code storages}, {@code
 * tensors} and {@code pickle}, each a row of small pickles and raw bytes that refer to one another by memory address.
 */
final class TorchTarReader implements World {

    private static final int MAGIC_OFFSET = 257;
    private static final byte[] MAGIC = "ustar".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_DIMENSIONS = 16;

    private final String source;
    private final Map<String, Storage.Slice> storages = new HashMap<>();
    private final Map<String, TensorView> tensors = new HashMap<>();

    private TorchTarReader(String source) {
        this.source = source;
    }

    static boolean accepts(ByteBuffer file) {
        return file.limit() >= MAGIC_OFFSET + MAGIC.length
                && file.slice(MAGIC_OFFSET, MAGIC.length).equals(ByteBuffer.wrap(MAGIC));
    }

    static StateDict read(Path path, ByteBuffer file) {
        String source = path.toString();
        Map<String, ByteBuffer> members = members(path, file, source);
        TorchTarReader reader = new TorchTarReader(source);
        Object root;
        try {
            reader.readStorages(member(members, "storages"));
            reader.readTensors(member(members, "tensors"));
            root = PickleMachine.load(member(members, "pickle"), reader, source);
        } catch (IllegalArgumentException e) {
            throw new BadDataException("%s is damaged: %s".formatted(source, e.getMessage()), e);
        }
        return TorchCheckpoint.stateDict(root, file.limit(), source);
    }

    private static Map<String, ByteBuffer> members(Path path, ByteBuffer file, String source) {
        Map<String, ByteBuffer> members = new HashMap<>();
        try (TarFile tar = new TarFile(path)) {
            for (TarArchiveEntry entry : tar.getEntries()) {
                long begin = entry.getDataOffset();
                long size = entry.getSize();
                if (!entry.isFile() || entry.isSparse()) {
                    continue;
                }
                if (begin < 0 || size < 0 || begin > file.limit() || size > file.limit() - begin) {
                    throw new IOException(
                            "its member %s is cut short".formatted(PickleMachine.printable(entry.getName())));
                }
                members.put(entry.getName(), file.slice((int) begin, (int) size).order(ByteOrder.LITTLE_ENDIAN));
            }
        } catch (IOException | RuntimeException e) { // the library throws both for hostile bytes
            throw new BadDataException(
                    "%s is a damaged or truncated tar file (%s); copy or download it again"
                            .formatted(source, e.getMessage()),
                    e);
        }
        return members;
    }

    private static ByteBuffer member(Map<String, ByteBuffer> members, String name) {
        if (!members.containsKey(name)) {
            throw new IllegalArgumentException("it has no member named " + name);
        }
        return members.get(name);
    }

    private void readStorages(ByteBuffer in) {
        long count = count(in);
        for (long i = 0; i < count; i++) {
            List<?> description = description(in); // key, location, type
            if (!(description.get(2) instanceof ElementType type) || in.remaining() < Long.BYTES) {
                throw new IllegalArgumentException("a storage without a type or size");
            }
            String key = key(description.get(0));
            Storage storage = new Storage(key, type, in.getLong(in.position()));
            TorchStorages.fillCounted(storage, in);
            storages.put(key, Storage.Slice.whole(storage));
        }
        // Storages that share memory with another: their key, the other's key, offset, elements.
        for (Object view : TorchClasses.list(PickleMachine.load(in, this, source))) {
            List<?> fields = TorchClasses.list(view);
            if (fields.size() != 4
                    || !(fields.get(2) instanceof Long offset)
                    || !(fields.get(3) instanceof Long elements)) {
                throw new IllegalArgumentException("a storage view without offset and size");
            }
            Storage root = storage(fields.get(1)).storage();
            storages.put(key(fields.get(0)), new Storage.Slice(root, offset, elements));
        }
    }

    private void readTensors(ByteBuffer in) {
        long count = count(in);
        for (long i = 0; i < count; i++) {
            List<?> description = description(in); // key, storage's key, type
            long[] header = longs(in, 1);
            int dimensions = (int) header[0]; // the upper half of the 64 bits is not used
            if (dimensions < 0 || dimensions > MAX_DIMENSIONS) {
                throw new IllegalArgumentException("a tensor of %d dimensions".formatted(dimensions));
            }
            List<Long> shape = boxed(longs(in, dimensions));
            List<Long> strides = boxed(longs(in, dimensions));
            long offset = longs(in, 1)[0];
            Storage.Slice storage = storage(description.get(1));
            tensors.put(key(description.get(0)), new TensorView(storage, offset, shape, strides));
        }
    }

    private long count(ByteBuffer in) {
        if (!(PickleMachine.load(in, this, source) instanceof Long count)) {
            throw new IllegalArgumentException("a count is missing");
        }
        return count;
    }

    private List<?> description(ByteBuffer in) {
        List<?> fields = TorchClasses.list(PickleMachine.load(in, this, source));
        if (fields.size() != 3) {
            throw new IllegalArgumentException("a description that has not three parts");
        }
        return fields;
    }

    private Storage.Slice storage(Object key) {
        Storage.Slice slice = storages.get(key(key));
        if (slice == null) {
            throw new IllegalArgumentException("a tensor of a storage that is not there");
        }
        return slice;
    }

    private static String key(Object key) {
        if (key instanceof Long || key instanceof String) {
            return key.toString();
        }
        throw new IllegalArgumentException("a reference that is no number");
    }

    private static long[] longs(ByteBuffer in, int count) {
        if (in.remaining() < count * Long.BYTES) {
            throw new IllegalArgumentException("its tensors are cut short");
        }
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = in.getLong();
        }
        return values;
    }

    private static List<Long> boxed(long[] values) {
        List<Long> boxed = new ArrayList<>(values.length);
        for (long value : values) {
            boxed.add(value);
        }
        return boxed;
    }

    @Override
    public Optional<Object> global(String module, String name) {
        return TorchClasses.find(module, name);
    }

    @Override
    public Object persistent(Object id) {
        TensorView tensor = tensors.get(key(id));
        if (tensor == null) {
            throw new IllegalArgumentException("a reference to a tensor that is not there");
        }
        return tensor;
    }
}
