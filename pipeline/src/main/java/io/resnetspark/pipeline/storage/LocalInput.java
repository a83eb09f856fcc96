package io.resnetspark.pipeline.storage;

import io.resnetspark.pipeline.storage.InputFiles.Entry;
import io.resnetspark.pipeline.storage.InputFiles.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Files on local disks, through java.nio. Hadoop's local file system leaves out dangling links and names beyond the
 * process's locale without a word, runs after links in circles, cannot open a name with a colon, and starts a process for
 * each file it lists.
 *
 * <p>Names are taken as UTF-8 whatever the locale says: java.nio keeps a name's bytes, and takes them back from a URI. Only a
 * name that is no UTF-8 cannot be read.
 */
final class LocalInput implements InputFiles {

    private final Path root;
    private final String rootName;
    private final Path realRoot;
    private final Optional<Path> output;

    private LocalInput(Path root, String rootName, Path realRoot, Optional<Path> output) {
        this.root = root;
        this.rootName = rootName;
        this.realRoot = realRoot;
        this.output = output;
    }

    static LocalInput of(org.apache.hadoop.fs.Path path, Optional<String> output) {
        Path root = nio(path);
        Path real = real(root);
        return new LocalInput(
                root,
                path.toString(),
                real,
                output.map(own -> new org.apache.hadoop.fs.Path(own))
                        .filter(own -> "file".equals(own.toUri().getScheme()))
                        .map(own -> real(nio(own)))
                        .filter(own -> !own.equals(real)));
    }

    static InputStream open(org.apache.hadoop.fs.Path file, long position) throws IOException {
        SeekableByteChannel channel = Files.newByteChannel(nio(file));
        return Channels.newInputStream(channel.position(position));
    }

    @Override
    public String root() {
        return rootName;
    }

    @Override
    public Optional<Entry> rootEntry() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(root, BasicFileAttributes.class);
            return Optional.of(entry(rootName, attributes));
        } catch (NoSuchFileException e) {
            return Files.isSymbolicLink(root)
                    ? Optional.of(Entry.unreadable(rootName, "The link leads to nothing"))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.of(Entry.unreadable(rootName, reason(e)));
        }
    }

    @Override
    public List<Entry> list(String folder) throws IOException {
        Path path = nio(new org.apache.hadoop.fs.Path(folder));
        List<Entry> entries = new ArrayList<>();
        children(new Folder(path, folder, real(path)), above(path)).forEach(child -> entries.add(child.entry()));
        entries.sort(Comparator.comparing(Entry::path));
        return entries;
    }

    @Override
    public List<Entry> below(String folder) {
        Path path = nio(new org.apache.hadoop.fs.Path(folder));
        List<Entry> entries = new ArrayList<>();
        addBelow(new Folder(path, folder, real(path)), above(path), entries);
        return entries;
    }

    /** The folders that a walk is in before it begins. */
    private Deque<Path> above(Path folder) {
        return new ArrayDeque<>(List.of(realRoot, real(folder)));
    }

    /** @param real without links, as far as that can be told */
    private record Folder(Path path, String name, Path real) {}

    /** @param real of a folder that is to be entered, else null */
    private record Child(Entry entry, Path path, Path real) {}

    private void addBelow(Folder folder, Deque<Path> walkedFrom, List<Entry> entries) {
        try {
            for (Child child : children(folder, walkedFrom)) {
                if (child.entry().is(Kind.FOLDER)) {
                    walkedFrom.addLast(child.real());
                    addBelow(new Folder(child.path(), child.entry().path(), child.real()), walkedFrom, entries);
                    walkedFrom.removeLast();
                } else {
                    entries.add(child.entry());
                }
            }
        } catch (IOException e) {
            entries.add(Entry.unreadable(folder.name(), "The folder cannot be listed: " + reason(e)));
        }
    }

    private List<Child> children(Folder folder, Deque<Path> walkedFrom) throws IOException {
        List<Child> children = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder.path())) {
            for (Path path : stream) {
                children.add(child(folder, path, walkedFrom));
            }
        } catch (NotDirectoryException e) { // the root may be one file
            rootEntry().ifPresent(file -> children.add(new Child(file, root, null)));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        children.sort(Comparator.comparing(child -> child.entry().path()));
        return children;
    }

    private Child child(Folder folder, Path path, Deque<Path> walkedFrom) {
        Optional<String> decoded = decoded(path.getFileName());
        String name = folder.name() + "/" + decoded.orElseGet(() -> escaped(path.getFileName()));
        if (name.startsWith(".", folder.name().length() + 1)) {
            return new Child(Entry.of(name, Kind.HIDDEN), path, null);
        }
        if (decoded.isEmpty()) {
            return new Child(Entry.unreadable(name, "The name is no UTF-8; rename it"), path, null);
        }
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            boolean link = attributes.isSymbolicLink();
            if (link) {
                attributes = Files.readAttributes(path, BasicFileAttributes.class);
            }
            if (!attributes.isDirectory()) {
                return new Child(entry(name, attributes), path, null);
            }
            Path real = link ? path.toRealPath() : folder.real().resolve(path.getFileName());
            if (output.filter(real::equals).isPresent()) {
                return new Child(Entry.of(name, Kind.OUTPUT), path, null);
            }
            Kind kind = link && isReadElsewhere(real, walkedFrom) ? Kind.LINK_BACK : Kind.FOLDER;
            return new Child(Entry.of(name, kind), path, real);
        } catch (NoSuchFileException e) {
            String problem = Files.isSymbolicLink(path) ? "The link leads to nothing" : "It went away";
            return new Child(Entry.unreadable(name, problem), path, null);
        } catch (IOException e) {
            return new Child(Entry.unreadable(name, reason(e)), path, null);
        }
    }

    /** Whether a link leads to a folder of the input, which is read where it lies, or to one that it is itself in. */
    private boolean isReadElsewhere(Path target, Deque<Path> walkedFrom) {
        if (walkedFrom.stream().anyMatch(folder -> folder.startsWith(target))) {
            return true;
        }
        if (!target.startsWith(realRoot)) {
            return false;
        }
        for (Path part : realRoot.relativize(target)) {
            if (part.toString().startsWith(".")) {
                return false; // hidden there, so it is read here
            }
        }
        return true;
    }

    /** A pipe or a socket would keep its reader waiting for ever. */
    private static Entry entry(String name, BasicFileAttributes attributes) {
        if (attributes.isDirectory()) {
            return Entry.of(name, Kind.FOLDER);
        }
        return attributes.isRegularFile()
                ? new Entry(
                        name,
                        Kind.FILE,
                        attributes.size(),
                        attributes.lastModifiedTime().toMillis(),
                        null)
                : Entry.unreadable(name, "It is a device, pipe or socket");
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileSystemException system && system.getReason() != null) {
            return system.getReason();
        }
        return String.valueOf(e.getMessage());
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath().normalize();
        }
    }

    /** The file of a Hadoop path, its name in UTF-8 whatever the locale. */
    private static Path nio(org.apache.hadoop.fs.Path path) {
        StringBuilder uri = new StringBuilder("file://");
        for (byte b : path.toUri().getPath().getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b == '/' || b == '.' || b == '-' || b == '_' || (b >= '0' && b <= '9') || isLetter(b);
            uri.append(plain ? String.valueOf((char) b) : "%%%02X".formatted(b));
        }
        return Path.of(URI.create(uri.toString()));
    }

    private static boolean isLetter(byte b) {
        return (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z');
    }

    /** A file's name from its bytes, which are UTF-8; empty if they are not. */
    private static Optional<String> decoded(Path name) {
        String text = name.toString();
        boolean certain = text.chars().allMatch(c -> c < 0x80)
                || ("UTF-8".equals(Location.nameEncoding()) && text.indexOf('\uFFFD') < 0);
        if (certain) {
            return Optional.of(text);
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(name)))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** A name that is no UTF-8, in letters: {@code K\xE4fer.jpg}. */
    private static String escaped(Path name) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes(name)) {
            text.append(b >= 0x20 && b < 0x7F ? String.valueOf((char) b) : "\\x%02X".formatted(b));
        }
        return text.toString();
    }

    /** The bytes of a name, which only its URI tells. */
    private static byte[] bytes(Path name) {
        String uri = name.toUri().getRawPath();
        String last = uri.substring(uri.lastIndexOf('/', uri.length() - 2) + 1);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < last.length(); i++) {
            if (last.charAt(i) == '%') {
                bytes.write(Integer.parseInt(last.substring(i + 1, i + 3), 16));
                i += 2;
            } else if (last.charAt(i) != '/') {
                bytes.write(last.charAt(i));
            }
        }
        return bytes.toByteArray();
    }
}
