package io.resnetspark.pipeline.storage;

import io.resnetspark.model.error.ConfigurationException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A directory on any Hadoop file system in which small files and whole directories appear at once or not at all, however
 * the writer dies. Names are relative to the root and may contain {@code /}.
 *
 * <p>Local disk and HDFS: written beside the target, forced to disk, renamed. Object stores: a file is one PUT; a
 * directory counts once its checksum list is there, which is written last. Every method reports trouble as an
 * {@link UncheckedIOException} that names the file.
 */
public final class AtomicStore {

    private static final int READ_ATTEMPTS = 10;

    private final Path root;
    private final FileSystem fileSystem;
    private final Publisher publisher;

    private AtomicStore(Path root, FileSystem fileSystem, Publisher publisher) {
        this.root = root;
        this.fileSystem = fileSystem;
        this.publisher = publisher;
    }

    /**
     * The store rooted at {@code root}, which need not exist.
     *
     * @param root a path or URI that Hadoop understands; without a scheme, on the configuration's default file system
     * @throws ConfigurationException if nothing here reaches it
     */
    public static AtomicStore at(String root, Configuration configuration) {
        try {
            Location location = Location.of(root, configuration).requireNameable();
            FileSystem fileSystem = location.fileSystem();
            return new AtomicStore(location.path(), fileSystem, Publisher.of(fileSystem, configuration));
        } catch (IOException e) {
            throw failed("open", root, e);
        }
    }

    /** The root as a fully qualified path. */
    public Path root() {
        return root;
    }

    /** The fully qualified path of {@code name}. */
    public Path path(String name) {
        return new Path(root, name);
    }

    public boolean exists(String name) {
        try {
            return fileSystem.exists(path(name));
        } catch (IOException e) {
            throw failed("look up", name, e);
        }
    }

    /** The content of a file, or empty when there is none. */
    public Optional<byte[]> read(String name) {
        for (int attempt = 1; ; attempt++) {
            try (InputStream in = fileSystem.open(path(name))) {
                return Optional.of(in.readAllBytes());
            } catch (FileNotFoundException e) {
                return Optional.empty();
            } catch (IOException e) {
                // When a file is replaced, HDFS and S3 take the old content from under those who are about to read it.
                if (attempt == READ_ATTEMPTS) {
                    throw failed("read", name, e);
                }
            }
        }
    }

    /** The content of a UTF-8 file, or empty when there is none. */
    public Optional<String> readText(String name) {
        return read(name).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /** Publishes a file in one step, replacing what has that name; readers see the old content or the new. */
    public void replace(String name, byte[] content) {
        try {
            publisher.replace(path(name), content);
        } catch (IOException e) {
            throw failed("write", name, e);
        }
    }

    public void replaceText(String name, String content) {
        replace(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Publishes a file in one step unless that name is taken. On local disk and HDFS exactly one of several writers
     * wins; object stores check first and then write, so two writers within that moment may both believe they won.
     *
     * @return whether this call created the file
     */
    public boolean createIfAbsent(String name, byte[] content) {
        try {
            publisher.create(path(name), content);
            return true;
        } catch (FileAlreadyExistsException | org.apache.hadoop.fs.FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            throw failed("write", name, e);
        }
    }

    /** Whether {@link #createIfAbsent} has exactly one winner here. */
    boolean createsExclusively() {
        return publisher.createsExclusively();
    }

    /**
     * Starts a directory that becomes visible under {@code name} when it is committed.
     *
     * @throws UncheckedIOException if a whole directory of that name exists; leftovers of an unfinished one are removed
     */
    public DirectoryPublication startDirectory(String name) {
        Path target = path(name);
        try {
            if (fileSystem.exists(target)) {
                if (fileSystem.exists(new Path(target, Checksums.FILE_NAME))) {
                    throw new FileAlreadyExistsException(target.toString());
                }
                fileSystem.delete(target, true);
            }
            return new DirectoryPublication(fileSystem, publisher, target);
        } catch (IOException e) {
            throw failed("create", name, e);
        }
    }

    /** Whether a directory of that name was published, whatever has become of its files since. */
    public boolean isPublished(String name) {
        return exists(name + "/" + Checksums.FILE_NAME);
    }

    /** The published directory of that name, or empty when there is none or its writer did not finish it. */
    public Optional<PublishedDirectory> directory(String name) {
        Path directory = path(name);
        return read(name + "/" + Checksums.FILE_NAME)
                .map(list -> new PublishedDirectory(fileSystem, directory, Checksums.parse(list, directory)));
    }

    /**
     * Names of the entries directly in {@code name} ({@code ""} for the root), sorted; unfinished writes are left out.
     */
    public List<String> list(String name) {
        List<String> names = new ArrayList<>();
        for (FileStatus status : statuses(name.isEmpty() ? root : path(name))) {
            if (!status.getPath().getName().startsWith(Publisher.UNFINISHED)) {
                names.add(status.getPath().getName());
            }
        }
        Collections.sort(names);
        return names;
    }

    /** Deletes a file or a directory with all it holds; nothing happens when it does not exist. */
    public void delete(String name) {
        Path target = path(name);
        try {
            if (fileSystem.getFileStatus(target).isDirectory()) {
                // First the list: a half-deleted directory must not look whole.
                fileSystem.delete(new Path(target, Checksums.FILE_NAME), false);
            }
            fileSystem.delete(target, true);
        } catch (FileNotFoundException e) {
            return; // there is nothing to delete
        } catch (IOException e) {
            throw failed("delete", name, e);
        }
    }

    /**
     * Deletes what writers that died left in {@code name}. Only for the one writer of that directory: another's
     * unfinished work would go too.
     */
    public void deleteUnfinished(String name) {
        deleteUnfinished(name, Instant.MAX);
    }

    /** As {@link #deleteUnfinished(String)}, but only what was begun before a time at which no writer of today was at work. */
    public void deleteUnfinished(String name, Instant before) {
        for (FileStatus status : statuses(name.isEmpty() ? root : path(name))) {
            if (status.getPath().getName().startsWith(Publisher.UNFINISHED)
                    && Instant.ofEpochMilli(status.getModificationTime()).isBefore(before)) {
                try {
                    fileSystem.delete(status.getPath(), true);
                } catch (IOException e) {
                    throw failed("delete", status.getPath().toString(), e);
                }
            }
        }
    }

    private FileStatus[] statuses(Path directory) {
        try {
            return fileSystem.listStatus(directory);
        } catch (FileNotFoundException e) {
            return new FileStatus[0];
        } catch (IOException e) {
            throw failed("list", directory.toString(), e);
        }
    }

    private static UncheckedIOException failed(String what, String name, IOException cause) {
        return new UncheckedIOException("Cannot %s %s: %s".formatted(what, name, cause.getMessage()), cause);
    }
}
