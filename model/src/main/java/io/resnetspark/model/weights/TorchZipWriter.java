package io.resnetspark.model.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.ArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/**
 * Writes PyTorch's format since 1.6 as {@code torch.save(model.state_dict(), file)} does: a zip of a pickle, in which an
 * {@code OrderedDict} names the tensors, and one uncompressed entry for each tensor's elements. The pickle names no class
 * but those that {@code torch.load(weights_only=True)} takes.
 */
public final class TorchZipWriter {

    private static final String FOLDER = "archive/";

    /** PyTorch's own: with {@code mmap=True} it uses the tensors where they lie in the file. */
    private static final int ALIGNMENT = 64;

    /** The earliest that a zip can hold: equal weights give equal bytes, whenever they are written. */
    private static final LocalDateTime WRITTEN = LocalDateTime.of(1980, 1, 1, 0, 0);

    /** Of the general type: the zip's own has another {@code putArchiveEntry} in every other version of the library. */
    private final ArchiveOutputStream<ZipArchiveEntry> zip;

    private TorchZipWriter(ArchiveOutputStream<ZipArchiveEntry> zip) {
        this.zip = zip;
    }

    /**
     * Writes float32 tensors, {@code num_batches_tracked} as int64, in the order of {@code weights}.
     *
     * @param out left open
     */
    public static void write(StateDict weights, OutputStream out) throws IOException {
        ZipArchiveOutputStream zip = new ZipArchiveOutputStream(out);
        TorchZipWriter writer = new TorchZipWriter(zip);
        writer.store("data.pkl", pickle(weights));
        writer.store("byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        int key = 0;
        for (Map.Entry<String, Tensor> entry : weights.asMap().entrySet()) {
            writer.store("data/" + key++, elements(entry.getValue().data(), SafeTensorsHeader.typeOf(entry.getKey())));
        }
        writer.store("version", "3\n".getBytes(StandardCharsets.US_ASCII));
        zip.finish();
    }

    private void store(String name, byte[] content) throws IOException {
        ZipArchiveEntry entry = new ZipArchiveEntry(FOLDER + name);
        CRC32 checksum = new CRC32();
        checksum.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(checksum.getValue());
        entry.setTimeLocal(WRITTEN);
        entry.setAlignment(ALIGNMENT);
        zip.putArchiveEntry(entry);
        zip.write(content);
        zip.closeArchiveEntry();
    }

    private static byte[] elements(float[] values, ElementType type) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, type.byteCount()))
                .order(ByteOrder.LITTLE_ENDIAN);
        if (type == ElementType.I64) {
            for (float value : values) {
                bytes.putLong((long) value);
            }
        } else {
            bytes.asFloatBuffer().put(values);
        }
        return bytes.array();
    }

    private static byte[] pickle(StateDict weights) {
        Pickle pickle = new Pickle();
        pickle.emptyOrderedDict().mark();
        int key = 0;
        for (Map.Entry<String, Tensor> entry : weights.asMap().entrySet()) {
            pickle.text(entry.getKey()).tensor(entry.getValue(), SafeTensorsHeader.typeOf(entry.getKey()), key++);
        }
        return pickle.setItems().stop();
    }

    /** A pickle of protocol 2, as {@code torch.save} writes it; its opcodes are those of Python's pickle.py. */
    private static final class Pickle {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Pickle() {
            bytes.write(0x80); // PROTO
            bytes.write(2);
        }

        private Pickle opcode(char opcode) {
            bytes.write(opcode);
            return this;
        }

        Pickle mark() {
            return opcode('(');
        }

        private Pickle tuple() {
            return opcode('t');
        }

        Pickle setItems() {
            return opcode('u');
        }

        Pickle text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            opcode('X').int32(utf8.length);
            bytes.writeBytes(utf8);
            return this;
        }

        private Pickle integer(int value) {
            return opcode('J').int32(value);
        }

        private Pickle int32(int value) {
            bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
            return this;
        }

        private Pickle integers(List<Integer> values) {
            mark();
            values.forEach(this::integer);
            return tuple();
        }

        private Pickle global(String module, String name) {
            bytes.writeBytes("c%s\n%s\n".formatted(module, name).getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        Pickle emptyOrderedDict() {
            return global("collections", "OrderedDict").opcode(')').opcode('R');
        }

        /** {@code _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, backward_hooks)}. */
        void tensor(Tensor tensor, ElementType type, int key) {
            List<Integer> shape = new ArrayList<>();
            List<Integer> strides = new ArrayList<>();
            int stride = 1;
            for (int axis = tensor.shape().length - 1; axis >= 0; axis--) {
                int size = Math.toIntExact(tensor.shape()[axis]);
                shape.add(0, size);
                strides.add(0, stride);
                stride *= Math.max(1, size);
            }
            global("torch._utils", "_rebuild_tensor_v2").mark();
            mark().text("storage").global("torch", type == ElementType.I64 ? "LongStorage" : "FloatStorage");
            text(Integer.toString(key)).text("cpu").integer(tensor.size());
            tuple().opcode('Q'); // BINPERSID
            integer(0).integers(shape).integers(strides);
            opcode((char) 0x89); // False
            emptyOrderedDict().tuple().opcode('R');
        }

        byte[] stop() {
            return opcode('.').bytes.toByteArray();
        }
    }
}
