package io.resnetspark.model.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes pickles instruction by instruction, as {@code torch.save} does or as an attacker would. */
final class PickleBytes {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private PickleBytes() {}

    /** An empty pickle of protocol 2. */
    static PickleBytes protocol2() {
        return new PickleBytes().raw(0x80, 2);
    }

    PickleBytes raw(int... opcodes) {
        for (int opcode : opcodes) {
            bytes.write(opcode);
        }
        return this;
    }

    PickleBytes mark() {
        return raw('(');
    }

    PickleBytes tuple() {
        return raw('t');
    }

    PickleBytes none() {
        return raw('N');
    }

    PickleBytes emptyDictionary() {
        return raw('}');
    }

    PickleBytes reduce() {
        return raw('R');
    }

    PickleBytes text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        raw('X');
        bytes.writeBytes(littleEndian(4).putInt(utf8.length).array());
        bytes.writeBytes(utf8);
        return this;
    }

    PickleBytes integer(long value) {
        raw(0x8A, 8);
        bytes.writeBytes(littleEndian(8).putLong(value).array());
        return this;
    }

    PickleBytes int32(int value) {
        raw('J');
        bytes.writeBytes(littleEndian(4).putInt(value).array());
        return this;
    }

    PickleBytes global(String module, String name) {
        raw('c');
        bytes.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    PickleBytes integers(long... values) {
        mark();
        for (long value : values) {
            integer(value);
        }
        return tuple();
    }

    /** A storage by persistent identifier, as the zip and the second format have it. */
    PickleBytes storage(String type, String key, long elements) {
        mark().text("storage").global("torch", type).text(key).text("cpu").integer(elements);
        return tuple().raw('Q');
    }

    /** A tensor as {@code torch._utils._rebuild_tensor_v2} makes it. */
    PickleBytes tensor(
            String storageType, String key, long storageElements, long offset, long[] shape, long[] strides) {
        global("torch._utils", "_rebuild_tensor_v2").mark().storage(storageType, key, storageElements);
        integer(offset).integers(shape).integers(strides).raw(0x89);
        return global("collections", "OrderedDict").raw(')').reduce().tuple().reduce();
    }

    /** An {@code OrderedDict} of names and the values that {@code entries} write. */
    PickleBytes dictionary(Map<String, Runnable> entries) {
        global("collections", "OrderedDict").raw(')').reduce().mark();
        entries.forEach((name, value) -> {
            text(name);
            value.run();
        });
        return raw('u');
    }

    /** What {@code os.system(command)} in a {@code __reduce__} becomes. */
    PickleBytes call(String module, String name, String argument) {
        return global(module, name).mark().text(argument).tuple().reduce();
    }

    byte[] stop() {
        raw('.');
        return bytes.toByteArray();
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
