package io.resnetspark.pipeline.storage;

import io.resnetspark.model.error.BadDataException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A directory whose writer finished it; every file can be checked against the checksum it was written with. */
public final class PublishedDirectory {

    /** Name of the file that lists the checksums of the others. */
    public static final String CHECKSUMS = Checksums.FILE_NAME;

    private final FileSystem fileSystem;
    private final Path path;
    private final Checksums checksums;

    PublishedDirectory(FileSystem fileSystem, Path path, Checksums checksums) {
        this.fileSystem = fileSystem;
        this.path = path;
        this.checksums = checksums;
    }

    public Path path() {
        return path;
    }

    /** Names of the files, without the checksum list. */
    public Set<String> files() {
        return checksums.sha256().keySet();
    }

    /** Lower-case hexadecimal SHA-256 the file was written with. */
    public String sha256(String name) {
        String digest = checksums.sha256().get(name);
        if (digest == null) {
            throw new BadDataException("%s has no file %s; it holds %s"
                    .formatted(path, name, checksums.sha256().keySet()));
        }
        return digest;
    }

    /**
     * Lower-case hexadecimal SHA-256 of the checksum list, and so of all names and contents together: who keeps it
     * elsewhere notices a list that was changed along with a file.
     */
    public String fingerprint() {
        return DigestUtils.sha256Hex(checksums.format());
    }

    /**
     * The content of a file, verified.
     *
     * @throws BadDataException if the file is missing or differs from what was written
     */
    public byte[] read(String name) {
        String expected = sha256(name);
        try (InputStream in = fileSystem.open(new Path(path, name))) {
            byte[] content = in.readAllBytes();
            check(name, expected, DigestUtils.sha256Hex(content));
            return content;
        } catch (FileNotFoundException e) {
            throw missing(name, e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read %s/%s: %s".formatted(path, name, e.getMessage()), e);
        }
    }

    /** Opens a file without verifying it: call {@link #verify()} before trusting a stream. */
    public InputStream open(String name) throws IOException {
        sha256(name);
        return fileSystem.open(new Path(path, name));
    }

    /**
     * Reads every file and compares its checksum.
     *
     * @throws BadDataException naming the first file that is missing or differs from what was written
     */
    public void verify() {
        checksums.sha256().keySet().forEach(this::verify);
    }

    /** What {@link #verify()} would say of each damaged file, by the file's name; empty if all are as written. */
    public SortedMap<String, String> damage() {
        SortedMap<String, String> damage = new TreeMap<>();
        checksums.sha256().keySet().forEach(name -> {
            try {
                verify(name);
            } catch (BadDataException | UncheckedIOException e) {
                damage.put(name, e.getMessage());
            }
        });
        return damage;
    }

    private void verify(String name) {
        String expected = sha256(name);
        try (InputStream in = fileSystem.open(new Path(path, name))) {
            check(name, expected, DigestUtils.sha256Hex(in));
        } catch (FileNotFoundException e) {
            throw missing(name, e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read %s/%s: %s".formatted(path, name, e.getMessage()), e);
        }
    }

    private void check(String name, String expected, String actual) {
        if (!expected.equals(actual)) {
            throw new BadDataException("%s/%s is damaged: its SHA-256 is %s, it was written with %s; use another copy"
                    .formatted(path, name, actual, expected));
        }
    }

    private BadDataException missing(String name, FileNotFoundException cause) {
        return new BadDataException("%s lacks its file %s; use another copy".formatted(path, name), cause);
    }
}
