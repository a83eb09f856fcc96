package io.resnetspark.pipeline.dataset;

import java.io.EOFException;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** An open file that several threads read at once, each at its own place. */
public sealed interface RandomAccess extends AutoCloseable {

    /** Bytes of the file. */
    long length();

    /** Fills {@code target} with the file's bytes from {@code position} on. */
    void read(long position, byte[] target) throws IOException;

    @Override
    void close() throws IOException;

    /** @param file a path or URI that Hadoop understands */
    static RandomAccess open(String file, Configuration hadoop) throws IOException {
        Path path = new Path(file);
        FileSystem fileSystem = path.getFileSystem(hadoop);
        return "file".equals(fileSystem.getUri().getScheme())
                ? Mapped.open(java.nio.file.Path.of(path.toUri().getPath()))
                : new Positioned(
                        fileSystem.open(path), fileSystem.getFileStatus(path).getLen());
    }

    /**
     * A local file in memory. Unlike a channel, a mapping survives the interruption of a reading thread, and Spark
     * interrupts the tasks it kills.
     *
     * @param windows parts of the file that start {@link #STRIDE} apart and overlap, so that every read of up to a
     *     stride lies in one of them
     */
    record Mapped(long length, MappedByteBuffer[] windows) implements RandomAccess {

        private static final long STRIDE = 1L << 30;

        static Mapped open(java.nio.file.Path path) throws IOException {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                long length = channel.size();
                MappedByteBuffer[] windows = new MappedByteBuffer[(int) ((length + STRIDE - 1) / STRIDE)];
                for (int i = 0; i < windows.length; i++) {
                    long start = i * STRIDE;
                    windows[i] =
                            channel.map(FileChannel.MapMode.READ_ONLY, start, Math.min(2 * STRIDE - 1, length - start));
                }
                return new Mapped(length, windows);
            }
        }

        @Override
        public void read(long position, byte[] target) throws IOException {
            if (position + target.length > length) {
                throw new EOFException("%d bytes at %d of a file of %d".formatted(target.length, position, length));
            }
            windows[(int) (position / STRIDE)].get((int) (position % STRIDE), target);
        }

        /** The mapping goes with the last reference to it. */
        @Override
        public void close() {}
    }

    /** A file of another file system. */
    record Positioned(FSDataInputStream in, long length) implements RandomAccess {

        @Override
        public void read(long position, byte[] target) throws IOException {
            in.readFully(position, target);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
