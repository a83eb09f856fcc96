package io.resnetspark.pipeline.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.io.IOUtils;

/** How one kind of file system makes a finished file or directory visible in a single step. */
sealed interface Publisher {

    /** Puts {@code content} at {@code target}, replacing what is there; readers see the old or the new, never a mix. */
    void replace(Path target, byte[] content) throws IOException;

    /** Like {@link #replace}, but refuses when {@code target} exists. */
    void create(Path target, byte[] content) throws IOException;

    /** Whether exactly one of several concurrent {@link #create} calls for one target succeeds. */
    boolean createsExclusively();

    /** Where the files of a directory are written before {@link #publishDirectory}. */
    Path stagingFor(Path target);

    /** Opens a new file in a staging directory. */
    OutputStream open(Path file) throws IOException;

    /** Makes a staged directory, whose checksum list is complete, visible as {@code target}, which must not exist. */
    void publishDirectory(Path staging, Path target) throws IOException;

    /** Prefix of names that only an unfinished write leaves behind. */
    String UNFINISHED = ".unfinished-";

    /** Stores without a rename: a single PUT is atomic there, a rename is a copy. */
    Set<String> OBJECT_STORES = Set.of("s3a", "s3", "s3n", "gs", "oss", "cosn", "obs", "swift", "wasb", "wasbs");

    /** File systems whose server refuses a rename onto an existing name in the same step. */
    Set<String> EXCLUSIVE_RENAME = Set.of("hdfs", "viewfs");

    static Publisher of(FileSystem fileSystem, Configuration configuration) throws IOException {
        String scheme = fileSystem.getUri().getScheme();
        if ("file".equals(scheme)) {
            return new Local();
        }
        return OBJECT_STORES.contains(scheme)
                ? new ObjectStore(fileSystem)
                : new Renaming(fileSystem, FileContext.getFileContext(fileSystem.getUri(), configuration));
    }

    private static Path sibling(Path target) {
        return new Path(target.getParent(), UNFINISHED + target.getName() + "-" + UUID.randomUUID());
    }

    /**
     * The local disk through java.nio: Hadoop's own local file system deletes the target before it renames over it, and
     * leaves checksum files beside the data that a replaced file no longer matches.
     */
    record Local() implements Publisher {

        @Override
        public void replace(Path target, byte[] content) throws IOException {
            java.nio.file.Path staged = write(target, content);
            Files.move(staged, local(target), StandardCopyOption.ATOMIC_MOVE);
            force(local(target).getParent());
        }

        @Override
        public void create(Path target, byte[] content) throws IOException {
            java.nio.file.Path staged = write(target, content);
            try {
                Files.createLink(local(target), staged); // fails when the target exists, unlike a rename
            } catch (FileAlreadyExistsException e) {
                throw e;
            } catch (UnsupportedOperationException | FileSystemException noHardLinks) {
                moveUnlessTaken(staged, local(target));
            } finally {
                Files.deleteIfExists(staged);
            }
            force(local(target).getParent());
        }

        /** Writers of this process take turns by the monitor, those of others by the operating system's lock. */
        private static void moveUnlessTaken(java.nio.file.Path staged, java.nio.file.Path target) throws IOException {
            java.nio.file.Path lock = target.resolveSibling(UNFINISHED + "lock");
            synchronized (Local.class) {
                try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        FileLock held = channel.lock()) {
                    if (Files.exists(target)) {
                        throw new FileAlreadyExistsException(target.toString());
                    }
                    Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        }

        @Override
        public boolean createsExclusively() {
            return true;
        }

        @Override
        public Path stagingFor(Path target) {
            return sibling(target);
        }

        @Override
        public OutputStream open(Path file) throws IOException {
            Files.createDirectories(local(file).getParent());
            FileChannel channel =
                    FileChannel.open(local(file), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return new DurableOutputStream(Channels.newOutputStream(channel), () -> {
                channel.force(true);
            });
        }

        @Override
        public void publishDirectory(Path staging, Path target) throws IOException {
            force(local(staging));
            if (Files.exists(local(target))) {
                throw new FileAlreadyExistsException(target.toString());
            }
            Files.move(local(staging), local(target), StandardCopyOption.ATOMIC_MOVE);
            force(local(target).getParent());
        }

        private java.nio.file.Path write(Path target, byte[] content) throws IOException {
            Path staged = sibling(target);
            try (OutputStream out = open(staged)) {
                out.write(content);
            } catch (IOException e) {
                Files.deleteIfExists(local(staged));
                throw e;
            }
            return local(staged);
        }

        private static java.nio.file.Path local(Path path) {
            return java.nio.file.Path.of(path.toUri().getPath());
        }

        /** A rename survives a power cut only once its directory is on disk. */
        private static void force(java.nio.file.Path directory) throws IOException {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** HDFS and other file systems with an atomic rename. */
    record Renaming(FileSystem fileSystem, FileContext context) implements Publisher {

        @Override
        public void replace(Path target, byte[] content) throws IOException {
            rename(write(target, content), target, Options.Rename.OVERWRITE);
        }

        @Override
        public void create(Path target, byte[] content) throws IOException {
            rename(write(target, content), target, Options.Rename.NONE);
        }

        /** Elsewhere a rename that does not overwrite may be a look followed by a rename. */
        @Override
        public boolean createsExclusively() {
            return EXCLUSIVE_RENAME.contains(fileSystem.getUri().getScheme());
        }

        @Override
        public Path stagingFor(Path target) {
            return sibling(target);
        }

        @Override
        public OutputStream open(Path file) throws IOException {
            return durable(fileSystem.create(file, false));
        }

        @Override
        public void publishDirectory(Path staging, Path target) throws IOException {
            context.rename(staging, target, Options.Rename.NONE);
        }

        private Path write(Path target, byte[] content) throws IOException {
            Path staged = sibling(target);
            try (OutputStream out = open(staged)) {
                out.write(content);
            } catch (IOException e) {
                fileSystem.delete(staged, false);
                throw e;
            }
            return staged;
        }

        private void rename(Path staged, Path target, Options.Rename option) throws IOException {
            try {
                context.rename(staged, target, option);
            } catch (IOException e) {
                fileSystem.delete(staged, false);
                throw e;
            }
        }
    }

    /** Object stores: files go straight to their place; a directory counts once its checksum list is there. */
    record ObjectStore(FileSystem fileSystem) implements Publisher {

        @Override
        public void replace(Path target, byte[] content) throws IOException {
            put(fileSystem.create(target, true), content);
        }

        @Override
        public void create(Path target, byte[] content) throws IOException {
            put(fileSystem.create(target, false), content);
        }

        /** The stream uploads what it holds when it is closed: the object is whole or absent. */
        private static void put(FSDataOutputStream out, byte[] content) throws IOException {
            try {
                out.write(content);
            } catch (IOException e) {
                if (out.hasCapability(StreamCapabilities.ABORTABLE_STREAM)) {
                    out.abort(); // closing alone would publish the part that was taken
                }
                IOUtils.closeStream(out);
                throw e;
            }
            out.close();
        }

        /** The connector looks first and then writes. */
        @Override
        public boolean createsExclusively() {
            return false;
        }

        @Override
        public Path stagingFor(Path target) {
            return target;
        }

        @Override
        public OutputStream open(Path file) throws IOException {
            return fileSystem.create(file, true);
        }

        @Override
        public void publishDirectory(Path staging, Path target) {}
    }

    private static OutputStream durable(FSDataOutputStream out) {
        boolean canSync = out.hasCapability(StreamCapabilities.HSYNC);
        return new DurableOutputStream(out, () -> {
            if (canSync) {
                out.hsync();
            }
        });
    }
}
