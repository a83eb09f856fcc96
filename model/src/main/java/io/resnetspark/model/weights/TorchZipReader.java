package io.resnetspark.model.weights;

import io.resnetspark.model.error.BadDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * PyTorch's format since 1.6: a zip of {@code NAME/data.pkl} and one uncompressed {@code NAME/data/KEY} per storage.
 * Entries are read where they lie in the mapped file, so nothing is unpacked, and a zip bomb has nothing to expand.
 */
final class TorchZipReader {

    private static final String PICKLE = "data.pkl";

    private final ByteBuffer file;
    private final String source;
    private final Map<String, ZipArchiveEntry> entries;

    private TorchZipReader(ByteBuffer file, String source, Map<String, ZipArchiveEntry> entries) {
        this.file = file;
        this.source = source;
        this.entries = entries;
    }

    static boolean accepts(ByteBuffer file) {
        return file.limit() >= 4 && file.getInt(0) == 0x04034B50;
    }

    static StateDict read(Path path, ByteBuffer file) {
        String source = path.toString();
        Map<String, ZipArchiveEntry> entries = entries(path, source);
        ForeignWeights.ofZip(entries.keySet()).ifPresent(format -> {
            throw new BadDataException("%s is %s".formatted(source, format));
        });
        return new TorchZipReader(file, source, entries).stateDict();
    }

    private static Map<String, ZipArchiveEntry> entries(Path path, String source) {
        Map<String, ZipArchiveEntry> entries = new HashMap<>();
        try (ZipFile zip = new ZipFile(path)) {
            for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
                String name = entry.getName();
                if (name.startsWith("/")
                        || name.contains("\\")
                        || List.of(name.split("/")).contains("..")) {
                    throw new BadDataException("%s has an entry with a path outside of the archive, %s; refused"
                            .formatted(source, PickleMachine.printable(name)));
                }
                if (entries.put(name, entry) != null) {
                    throw new BadDataException(
                            "%s has two entries named %s".formatted(source, PickleMachine.printable(name)));
                }
            }
        } catch (BadDataException e) {
            throw e;
        } catch (IOException | RuntimeException e) { // the library throws both for hostile bytes
            throw new BadDataException(
                    "%s is a damaged or truncated zip file (%s); copy or download it again"
                            .formatted(
                                    source,
                                    e.getCause() == null
                                            ? e.getMessage()
                                            : e.getCause().getMessage()),
                    e);
        }
        return entries;
    }

    private StateDict stateDict() {
        String folder = folder();
        ByteOrder order = byteOrder(folder);
        TorchStorages storages = new TorchStorages();
        Object root = PickleMachine.load(bytes(folder + PICKLE), storages, source);
        storages.byKey().forEach((key, storage) -> fill(storage, folder + "data/" + key, order));
        return TorchCheckpoint.stateDict(root, file.limit(), source);
    }

    private void fill(Storage storage, String entry, ByteOrder order) {
        try {
            storage.fill(bytes(entry).order(order));
        } catch (IllegalArgumentException e) {
            throw new BadDataException("%s is damaged: %s".formatted(source, e.getMessage()), e);
        }
    }

    /** The one folder that holds everything, with its slash, named after the file that was first written. */
    private String folder() {
        List<String> pickles = entries.keySet().stream()
                .filter(name -> name.equals(PICKLE) || name.endsWith("/" + PICKLE))
                .toList();
        if (pickles.size() != 1) {
            throw new BadDataException("%s is a zip file but no PyTorch checkpoint: it has %d entries named %s"
                    .formatted(source, pickles.size(), PICKLE));
        }
        return pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length());
    }

    private ByteOrder byteOrder(String folder) {
        String entry = folder + "byteorder"; // since PyTorch 2.1
        boolean big = entries.containsKey(entry)
                && StandardCharsets.US_ASCII.decode(bytes(entry)).toString().equals("big");
        return big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    /** An entry's bytes in the mapped file, little-endian, after its checksum agreed. */
    private ByteBuffer bytes(String name) {
        String shown = PickleMachine.printable(name);
        ZipArchiveEntry entry = entries.get(name);
        if (entry == null) {
            throw new BadDataException("%s lacks the entry %s that its tensors need".formatted(source, shown));
        }
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
            throw new BadDataException(
                    "%s has the entry %s compressed, which PyTorch never does; refused".formatted(source, shown));
        }
        long begin = entry.getDataOffset();
        long size = entry.getSize();
        if (begin < 0 || size < 0 || begin > file.limit() || size > file.limit() - begin) {
            throw new BadDataException("%s is cut short within the entry %s".formatted(source, shown));
        }
        ByteBuffer bytes = file.slice((int) begin, (int) size).order(ByteOrder.LITTLE_ENDIAN);
        CRC32 checksum = new CRC32();
        checksum.update(bytes.duplicate());
        if (checksum.getValue() != entry.getCrc()) {
            throw new BadDataException(
                    "%s is damaged: the checksum of its entry %s does not agree; copy or download it again"
                            .formatted(source, shown));
        }
        return bytes;
    }
}
