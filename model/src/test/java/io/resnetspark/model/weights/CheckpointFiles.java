package io.resnetspark.model.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Puts pickles and storages together to files of PyTorch's three formats. */
final class CheckpointFiles {

    private CheckpointFiles() {}

    /** The bytes of a storage of float32. */
    static byte[] floats(float... values) {
        ByteBuffer bytes = littleEndian(4 * values.length);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    /** {@code 0, 1, 2, …} as float32. */
    static byte[] floatsUpTo(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i;
        }
        return floats(values);
    }

    /** The zip format. */
    static byte[] zip(byte[] pickle, Map<String, byte[]> storages) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "archive/data.pkl", pickle);
            for (Map.Entry<String, byte[]> storage : storages.entrySet()) {
                store(zip, "archive/data/" + storage.getKey(), storage.getValue());
            }
            store(zip, "archive/version", "3\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Adds an uncompressed entry. */
    static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 checksum = new CRC32();
        checksum.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /** The second format: stacked pickles, then the storages. */
    static byte[] stacked(byte[] pickle, Map<String, byte[]> storages, int elementBytes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(PickleBytes.protocol2()
                .raw(0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19)
                .stop());
        bytes.writeBytes(PickleBytes.protocol2().integer(1001).stop());
        bytes.writeBytes(PickleBytes.protocol2().emptyDictionary().stop());
        bytes.writeBytes(pickle);
        PickleBytes keys = PickleBytes.protocol2().raw(']').mark();
        storages.keySet().forEach(keys::text);
        bytes.writeBytes(keys.raw('e').stop());
        storages.values().forEach(content -> bytes.writeBytes(counted(content, elementBytes)));
        return bytes.toByteArray();
    }

    /** A storage with its number of elements before it. */
    static byte[] counted(byte[] content, int elementBytes) {
        return littleEndian(Long.BYTES + content.length)
                .putLong(content.length / elementBytes)
                .put(content)
                .array();
    }

    /** The first format: a tar of these members. */
    static byte[] tar(Map<String, byte[]> members) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> member : members.entrySet()) {
                TarArchiveEntry entry = new TarArchiveEntry(member.getKey());
                entry.setSize(member.getValue().length);
                tar.putArchiveEntry(entry);
                tar.write(member.getValue());
                tar.closeArchiveEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
