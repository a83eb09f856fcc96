package io.resnetspark.model.weights;

import io.resnetspark.model.error.BadDataException;
import java.math.BigInteger;
import java.nio.ByteBuffer;

/**
 * PyTorch's second format ({@code _legacy_save} in torch/serialization.py, until 1.5): pickles of a magic number, a
 * protocol version, the system and the object, then the storages' keys and bytes.
 */
final class TorchStackedReader {

    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long PROTOCOL_VERSION = 1001;

    private static final int PROTO = 0x80;

    private TorchStackedReader() {}

    /** Whether a pickle of protocol 2 or newer begins here; {@link #read} looks for the magic number. */
    static boolean accepts(ByteBuffer file) {
        return file.limit() >= 2 && (file.get(0) & 0xFF) == PROTO && file.get(1) >= 2 && file.get(1) <= 5;
    }

    static StateDict read(ByteBuffer file, String source) {
        TorchStorages storages = new TorchStorages();
        ByteBuffer in = file.duplicate().order(file.order());
        if (!MAGIC.equals(PickleMachine.load(in, storages, source))) {
            throw new BadDataException(
                    "%s is a pickle, but not one of PyTorch's: its magic number is missing".formatted(source));
        }
        Object version = PickleMachine.load(in, storages, source);
        if (!Long.valueOf(PROTOCOL_VERSION).equals(version)) {
            throw new BadDataException(
                    "%s has another version of PyTorch's legacy format than %d; save it again with a current PyTorch"
                            .formatted(source, PROTOCOL_VERSION));
        }
        PickleMachine.load(
                in, storages, source); // sizes of C types where it was written: the storages do not depend on them
        Object root = PickleMachine.load(in, storages, source);
        Object keys = PickleMachine.load(in, storages, source);
        try {
            for (Object key : TorchClasses.list(keys)) {
                TorchStorages.fillCounted(storage(storages, key), in);
            }
        } catch (IllegalArgumentException e) {
            throw new BadDataException("%s is damaged: %s".formatted(source, e.getMessage()), e);
        }
        return TorchCheckpoint.stateDict(root, file.limit(), source);
    }

    private static Storage storage(TorchStorages storages, Object key) {
        // A key may be any object; only a String can be one of the map's.
        Storage storage = key instanceof String name ? storages.byKey().get(name) : null;
        if (storage == null) {
            throw new IllegalArgumentException("it stores elements that no tensor uses");
        }
        return storage;
    }
}
