package io.resnetspark.pipeline.storage;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A directory in the making: files are written, then {@link #commit} makes all of them visible at once. Closing without
 * a commit removes what was written.
 */
public final class DirectoryPublication implements AutoCloseable {

    private final FileSystem fileSystem;
    private final Publisher publisher;
    private final Path staging;
    private final Path target;
    private final Map<String, String> digests = new TreeMap<>();
    private int openFiles;
    private boolean committed;

    DirectoryPublication(FileSystem fileSystem, Publisher publisher, Path target) {
        this.fileSystem = fileSystem;
        this.publisher = publisher;
        this.staging = publisher.stagingFor(target);
        this.target = target;
    }

    /**
     * Opens a new file of the directory; the caller closes it before the commit.
     *
     * @param name relative to the directory, may contain {@code /}
     */
    public OutputStream create(String name) throws IOException {
        if (name.isEmpty() || name.equals(Checksums.FILE_NAME) || name.contains("\n") || digests.containsKey(name)) {
            throw new IllegalArgumentException("not a name for a new file of %s: %s".formatted(target, name));
        }
        OutputStream file = publisher.open(new Path(staging, name));
        digests.put(name, "");
        openFiles++;
        return new DigestingOutputStream(file, name);
    }

    public void write(String name, byte[] content) throws IOException {
        try (OutputStream out = create(name)) {
            out.write(content);
        }
    }

    /** Writes the checksum list and makes the directory visible under its name. */
    public void commit() {
        if (openFiles > 0 || committed) {
            throw new IllegalStateException(
                    committed ? target + " is committed" : openFiles + " files of " + target + " are still open");
        }
        try {
            try (OutputStream out = publisher.open(new Path(staging, Checksums.FILE_NAME))) {
                out.write(new Checksums(digests).format());
            }
            publisher.publishDirectory(staging, target);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot publish %s: %s".formatted(target, e.getMessage()), e);
        }
        committed = true;
    }

    @Override
    public void close() {
        if (committed) {
            return;
        }
        try {
            fileSystem.delete(staging, true);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot remove unfinished " + staging, e);
        }
    }

    /** Hashes what passes, so that no file is read again for its checksum. */
    private final class DigestingOutputStream extends FilterOutputStream {

        private final String name;
        private final MessageDigest digest = DigestUtils.getSha256Digest();
        private boolean closed;

        DigestingOutputStream(OutputStream out, String name) {
            super(out);
            this.name = name;
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            digest.update((byte) value);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            digest.update(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            super.close(); // a file that failed to close stays counted as open: the directory cannot be committed
            digests.put(name, Hex.encodeHexString(digest.digest()));
            openFiles--;
        }
    }
}
