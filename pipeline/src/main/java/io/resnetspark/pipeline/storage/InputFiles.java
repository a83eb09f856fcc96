package io.resnetspark.pipeline.storage;

import io.resnetspark.model.error.ConfigurationException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * What others have put below a folder, listed so that nothing is passed over: every name that is there becomes an {@link
 * Entry}, also one that cannot be read or is not to be read.
 *
 * <p>Local disks are read by {@link LocalInput}, for what Hadoop's own local file system does with names.
 */
public sealed interface InputFiles permits LocalInput, InputFiles.Remote {

    /** What an entry is. */
    enum Kind {
        /** A file to be read. */
        FILE,
        FOLDER,
        /** A name that starts with a dot: not looked at, nor below. */
        HIDDEN,
        /** A link to a folder that is read in its own place. */
        LINK_BACK,
        /** Where this program's own output goes. */
        OUTPUT,
        /** Something that is there by name and cannot be read. */
        UNREADABLE
    }

    /**
     * @param path fully qualified, as Hadoop writes it
     * @param length in bytes
     * @param modified milliseconds since 1970
     * @param problem why it is {@link Kind#UNREADABLE}, else null
     */
    record Entry(String path, Kind kind, long length, long modified, String problem) implements Serializable {

        static Entry of(String path, Kind kind) {
            return new Entry(path, kind, 0, 0, null);
        }

        static Entry unreadable(String path, String problem) {
            return new Entry(path, Kind.UNREADABLE, 0, 0, problem);
        }

        public String name() {
            return path.substring(path.lastIndexOf('/') + 1);
        }

        public boolean is(Kind wanted) {
            return kind == wanted;
        }
    }

    /**
     * Opens a folder or file.
     *
     * @param output where the program writes: if that is below the input, it is no part of it
     * @throws ConfigurationException if nothing here reaches it
     */
    static InputFiles of(String input, Optional<String> output, Configuration hadoop) {
        Location location = Location.of(input, hadoop);
        Optional<String> own =
                output.map(path -> Location.of(path, hadoop).path().toString());
        return location.isLocal()
                ? LocalInput.of(location.path(), own)
                : new Remote(location.fileSystem(), location.path(), own.orElse(null));
    }

    /** As {@link #of(String, Optional, Configuration)}, of an input that nothing is written below. */
    static InputFiles of(String input, Configuration hadoop) {
        return of(input, Optional.empty(), hadoop);
    }

    /** Fully qualified. */
    String root();

    /**
     * The root itself.
     *
     * @return a file, a folder, or something unreadable; empty if there is nothing
     */
    Optional<Entry> rootEntry();

    /**
     * The entries directly in a folder, sorted by name.
     *
     * @throws IOException if the folder cannot be listed
     */
    List<Entry> list(String folder) throws IOException;

    /** All entries below a folder but the folders; a folder that cannot be listed is an unreadable entry. */
    List<Entry> below(String folder);

    /** Opens a file at a position. */
    static InputStream open(String file, long position, Configuration hadoop) throws IOException {
        Path path = new Path(file);
        if ("file".equals(path.toUri().getScheme())) {
            return LocalInput.open(path, position);
        }
        FSDataInputStream in = path.getFileSystem(hadoop).open(path);
        in.seek(position);
        return in;
    }

    /**
     * The content of a file.
     *
     * @param length that it had when it was listed
     * @throws IOException if it cannot be read, or has another length now
     */
    static byte[] read(String file, long length, Configuration hadoop) throws IOException {
        try (InputStream in = open(file, 0, hadoop)) {
            byte[] content = in.readNBytes(Math.toIntExact(length + 1));
            if (content.length != length) {
                throw new IOException("It changed while it was read: it was listed with %d bytes and has %s"
                        .formatted(length, content.length > length ? "more" : content.length));
            }
            return content;
        }
    }

    /** Names of files that lie beside images and are none. */
    Set<String> LITTER =
            Set.of("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "readme", "license", "licence", "_success");

    /** What some archives hold beside their content. */
    String LITTER_FOLDER = "__macosx";

    /** Endings of files that lie beside images and are none: notes, labels, metadata, tables. */
    Set<String> LITTER_ENDINGS = Set.of(
            "txt", "md", "rst", "csv", "tsv", "json", "jsonl", "xml", "yaml", "yml", "html", "htm", "log", "lst", "db",
            "ini", "py", "ipynb", "parquet", "crc", "sha256", "md5");

    /** Whether a name says that this is no image, nor a folder of images, and not meant to be one. */
    static boolean isLitter(Entry entry) {
        String lower = entry.name().toLowerCase(Locale.ROOT);
        if (entry.is(Kind.FOLDER)) {
            return lower.equals(LITTER_FOLDER);
        }
        return LITTER.contains(lower) || LITTER_ENDINGS.contains(lower.substring(lower.lastIndexOf('.') + 1));
    }

    /** HDFS and object stores. */
    record Remote(FileSystem fileSystem, Path path, String output) implements InputFiles {

        @Override
        public String root() {
            return path.toString();
        }

        @Override
        public Optional<Entry> rootEntry() {
            try {
                FileStatus status = fileSystem.getFileStatus(path);
                return Optional.of(
                        status.isDirectory()
                                ? Entry.of(root(), Kind.FOLDER)
                                : new Entry(root(), Kind.FILE, status.getLen(), status.getModificationTime(), null));
            } catch (FileNotFoundException e) {
                return Optional.empty();
            } catch (IOException e) {
                return Optional.of(Entry.unreadable(root(), firstLine(e)));
            }
        }

        @Override
        public List<Entry> list(String folder) throws IOException {
            List<Entry> entries = new ArrayList<>();
            for (FileStatus status : fileSystem.listStatus(new Path(folder))) {
                entries.add(entry(status, folder));
            }
            entries.sort(Comparator.comparing(Entry::path));
            return entries;
        }

        @Override
        public List<Entry> below(String folder) {
            List<Entry> entries = new ArrayList<>();
            try {
                if (Publisher.OBJECT_STORES.contains(fileSystem.getUri().getScheme())) {
                    // They list a whole tree in few requests, and know no folders that could be closed.
                    RemoteIterator<LocatedFileStatus> found = fileSystem.listFiles(new Path(folder), true);
                    while (found.hasNext()) {
                        entries.add(entry(found.next(), folder));
                    }
                } else {
                    addBelow(folder, entries);
                }
            } catch (IOException e) {
                entries.add(Entry.unreadable(folder, "The folder cannot be listed: " + firstLine(e)));
            }
            return entries;
        }

        private void addBelow(String folder, List<Entry> entries) {
            try {
                for (Entry entry : list(folder)) {
                    if (entry.is(Kind.FOLDER)) {
                        addBelow(entry.path(), entries);
                    } else {
                        entries.add(entry);
                    }
                }
            } catch (IOException e) {
                entries.add(Entry.unreadable(folder, "The folder cannot be listed: " + firstLine(e)));
            }
        }

        private Entry entry(FileStatus status, String folder) {
            String found = status.getPath().toString();
            if (output != null && (found.equals(output) || found.startsWith(output + "/")) && !root().equals(output)) {
                return Entry.of(found, Kind.OUTPUT);
            }
            if (found.substring(folder.length()).contains("/.")) {
                return Entry.of(found, Kind.HIDDEN);
            }
            return status.isDirectory()
                    ? Entry.of(found, Kind.FOLDER)
                    : new Entry(found, Kind.FILE, status.getLen(), status.getModificationTime(), null);
        }

        private static String firstLine(IOException e) {
            return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        }
    }
}
