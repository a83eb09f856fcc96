package io.resnetspark.model.weights;

import io.resnetspark.model.error.BadDataException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The safetensors format (github.com/huggingface/safetensors): a 64-bit little-endian header length, a JSON header of
 * names, types, shapes and byte ranges, then the tensors' bytes. Read from untrusted files; written so that equal
 * weights give equal bytes and {@code safetensors.torch.load_file} takes them.
 */
public final class SafeTensors {

    private static final int LENGTH_BYTES = Long.BYTES;
    private static final int CHUNK_BYTES = 1 << 16;

    private SafeTensors() {}

    /**
     * Reads a file through a memory mapping, tensors in the order of the header, every element type as float.
     *
     * @throws BadDataException if the file is missing or breaks the format: nothing larger than the file is allocated
     *     before it is checked
     */
    public static StateDict read(Path file) {
        return read(MappedFile.open(file), file.toString());
    }

    /**
     * Reads from a stream to the end of the last tensor.
     *
     * @param source how to name the stream in messages
     * @throws BadDataException if the stream ends early or breaks the format
     * @throws IOException if reading fails
     */
    public static StateDict read(InputStream in, String source) throws IOException {
        byte[] length = in.readNBytes(LENGTH_BYTES);
        int headerBytes = SafeTensorsHeader.checkedLength(littleEndian(length), Integer.MAX_VALUE, source);
        SafeTensorsHeader header =
                SafeTensorsHeader.parse(littleEndian(in.readNBytes(headerBytes)), headerBytes, source);
        // readNBytes grows with what arrives, so a header that promises too much costs nothing.
        byte[] data = in.readNBytes(header.dataBytes());
        return tensors(header, littleEndian(data), source);
    }

    /** Reads the bytes from the buffer's position to its limit, leaving both where they are. */
    public static StateDict read(ByteBuffer bytes, String source) {
        ByteBuffer all = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        SafeTensorsHeader header = header(all, source);
        ByteBuffer data =
                all.position(LENGTH_BYTES + header.headerBytes()).slice().order(ByteOrder.LITTLE_ENDIAN);
        if (data.remaining() > header.dataBytes()) {
            throw new BadDataException("%s has %d bytes after its last tensor; the file is damaged"
                    .formatted(source, data.remaining() - header.dataBytes()));
        }
        return tensors(header, data, source);
    }

    /**
     * The strings under {@code __metadata__}, empty if there are none.
     *
     * @throws BadDataException as {@link #read(Path)}, tensors' bytes not looked at
     */
    public static Map<String, String> metadata(Path file) {
        return header(MappedFile.open(file), file.toString()).metadata();
    }

    private static SafeTensorsHeader header(ByteBuffer bytes, String source) {
        int headerBytes = SafeTensorsHeader.checkedLength(bytes, bytes.limit(), source);
        ByteBuffer header = bytes.slice(LENGTH_BYTES, Math.min(headerBytes, bytes.limit() - LENGTH_BYTES));
        return SafeTensorsHeader.parse(header, headerBytes, source);
    }

    private static StateDict tensors(SafeTensorsHeader header, ByteBuffer data, String source) {
        if (data.remaining() < header.dataBytes()) {
            throw new BadDataException(
                    "%s is cut short: its header promises %d bytes of tensors and %d are there; copy or download it again"
                            .formatted(source, header.dataBytes(), data.remaining()));
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        header.entries().forEach((name, entry) -> {
            int count = (entry.end() - entry.begin()) / entry.type().byteCount();
            tensors.put(name, new Tensor(entry.shape(), entry.type().decode(data, entry.begin(), count)));
        });
        return new StateDict(tensors);
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** As {@link #write(StateDict, Map, OutputStream)}, to a temporary neighbour that then replaces {@code file}. */
    public static void write(StateDict weights, Map<String, String> metadata, Path file) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(partial), CHUNK_BYTES)) {
                write(weights, metadata, out);
            }
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /**
     * Writes float32 tensors ({@code num_batches_tracked} as int64, as PyTorch has it), the header in the order of
     * {@code weights}. Equal arguments give equal bytes.
     *
     * @param metadata strings kept under {@code __metadata__}, written in the order of their keys
     * @param out left open
     */
    public static void write(StateDict weights, Map<String, String> metadata, OutputStream out) throws IOException {
        // PyTorch views the mapped bytes as int64, which must then be aligned to 8: those come first.
        List<String> order = new ArrayList<>();
        weights.names().stream().filter(StateDict::isBatchesTracked).forEach(order::add);
        weights.names().stream()
                .filter(name -> !StateDict.isBatchesTracked(name))
                .forEach(order::add);

        byte[] header = SafeTensorsHeader.of(weights, order, metadata);
        WritableByteChannel channel = Channels.newChannel(out);
        ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        channel.write(length.putLong(header.length).flip());
        channel.write(ByteBuffer.wrap(header));
        for (String name : order) {
            writeElements(weights.tensor(name).data(), SafeTensorsHeader.typeOf(name), channel);
        }
    }

    private static void writeElements(float[] values, ElementType type, WritableByteChannel channel)
            throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            if (!chunk.hasRemaining()) {
                channel.write(chunk.flip());
                chunk.clear();
            }
            if (type == ElementType.I64) {
                chunk.putLong((long) value);
            } else {
                chunk.putFloat(value);
            }
        }
        channel.write(chunk.flip());
    }
}
