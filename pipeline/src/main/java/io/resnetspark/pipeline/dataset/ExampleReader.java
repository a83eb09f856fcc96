package io.resnetspark.pipeline.dataset;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.image.load.ExampleSource;
import io.resnetspark.model.image.load.StoredImage;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.hadoop.conf.Configuration;

/**
 * Reads images straight from the dataset's files, in any order, by several threads at a time. Local files are mapped into
 * memory, so that pages the operating system has cached are not read again; other file systems are read at positions.
 * Files are opened at their first use; memory does not grow with the dataset.
 *
 * <p>Every image is checked against its CRC-32C.
 */
public final class ExampleReader implements ExampleSource, AutoCloseable {

    private final ExampleIndex index;
    private final Configuration hadoop;
    private final AtomicReferenceArray<RandomAccess> open;

    /** @param hadoop how to reach the file systems of the index's files */
    public ExampleReader(ExampleIndex index, Configuration hadoop) {
        this.index = index;
        this.hadoop = hadoop;
        this.open = new AtomicReferenceArray<>(index.files().size());
    }

    @Override
    public int size() {
        return index.size();
    }

    /**
     * @throws BadDataException if the file was changed since the index was built, or the image is damaged
     * @throws IOException if the file cannot be read
     */
    @Override
    public StoredImage read(int example) throws IOException {
        byte[] bytes = new byte[index.length(example)];
        file(index.file(example)).read(index.offset(example), bytes);
        if (StoredBytes.crc32c(bytes) != index.checksum(example)) {
            throw new BadDataException("%s is damaged or was changed since training began; restore it from a copy"
                    .formatted(describe(example)));
        }
        return index.encoding() == PrepareConfig.StoredEncoding.RAW
                ? StoredImage.raw(
                        index.idHash(example),
                        index.label(example),
                        index.width(example),
                        index.height(example),
                        index.channels(),
                        bytes)
                : StoredImage.encoded(index.idHash(example), index.label(example), bytes);
    }

    @Override
    public float weight(int example) {
        return index.weight(example);
    }

    @Override
    public String describe(int example) {
        return "image %016x… at byte %d of %s"
                .formatted(
                        index.idHash(example),
                        index.offset(example),
                        index.files().get(index.file(example)));
    }

    private RandomAccess file(int number) throws IOException {
        RandomAccess file = open.get(number);
        if (file != null) {
            return file;
        }
        synchronized (this) {
            file = open.get(number);
            if (file == null) {
                String path = index.files().get(number);
                file = RandomAccess.open(path, hadoop);
                if (file.length() != index.fileLength(number)) {
                    file.close();
                    throw new BadDataException(
                            "%s has %d bytes, it had %d when it was indexed; a dataset's files must not be changed"
                                    .formatted(path, file.length(), index.fileLength(number)));
                }
                open.set(number, file);
            }
            return file;
        }
    }

    /** Closes the files. Reading afterwards opens them again. */
    @Override
    public synchronized void close() throws IOException {
        for (int i = 0; i < open.length(); i++) {
            RandomAccess file = open.getAndSet(i, null);
            if (file != null) {
                file.close();
            }
        }
    }
}
