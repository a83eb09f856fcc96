package io.resnetspark.pipeline.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.pipeline.storage.InputFiles.Entry;
import io.resnetspark.pipeline.storage.InputFiles.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputFilesTest {

    private static final Configuration HADOOP = new Configuration();

    @TempDir
    Path temporary;

    private Path root;

    @BeforeEach
    void makeRoot() throws IOException {
        root = Files.createDirectories(temporary.resolve("in [1] {a}"));
    }

    private Path file(String name) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, name);
    }

    private void link(String name, String target) throws IOException {
        Files.createSymbolicLink(root.resolve(name), Path.of(target));
    }

    /** Kinds by path below the root. */
    private Map<String, Kind> below(InputFiles files) {
        Map<String, Kind> kinds = new TreeMap<>();
        for (Entry entry : files.below(files.root())) {
            assertThat(kinds.put(entry.path().substring(files.root().length() + 1), entry.kind()))
                    .isNull();
        }
        return kinds;
    }

    private InputFiles open() {
        return InputFiles.of(root.toString(), HADOOP);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"12:30:45.jpg", "a*[b]{c}?.jpg", "Käfer 日本.jpg", "100%20 #?&.jpg", "back\\slash", "_under.jpg"})
    void everyNameIsListedAndRead(String name) throws IOException {
        file("cat/" + name);

        Entry entry = open().below(open().root()).get(0);

        assertThat(entry.name()).isEqualTo(name);
        assertThat(new String(InputFiles.read(entry.path(), entry.length(), HADOOP), StandardCharsets.UTF_8))
                .isEqualTo("cat/" + name);
    }

    @Test
    void aLoopOfLinksIsWalkedOnceAndEachFileLiesInItsOwnFolder() throws IOException {
        file("cat/0.jpg");
        file("dog/1.jpg");
        link("cat/all", "..");
        link("cat/self", ".");
        link("dog/cats", "../cat");
        link("kitten", "cat");

        assertThat(below(open()))
                .isEqualTo(Map.of(
                        "cat/0.jpg", Kind.FILE,
                        "cat/all", Kind.LINK_BACK,
                        "cat/self", Kind.LINK_BACK,
                        "dog/1.jpg", Kind.FILE,
                        "dog/cats", Kind.LINK_BACK,
                        "kitten", Kind.LINK_BACK));
        assertThat(LeftOut.of(open().below(open().root())).counts()).isEqualTo(Map.of("link-back", 4L));
    }

    @Test
    void linksToOtherPlacesAreFollowedAlsoWhereTheyTurnInCircles() throws IOException {
        Path elsewhere = Files.createDirectories(temporary.resolve("store/x"));
        Files.writeString(elsewhere.resolve("0.jpg"), "0");
        Files.createSymbolicLink(elsewhere.resolve("up"), temporary.resolve("store"));
        file(".blobs/1/1.jpg");
        link("cat", elsewhere.toString());
        link("dog", ".blobs/1");
        link("one.jpg", elsewhere.resolve("0.jpg").toString());

        assertThat(below(open()))
                .isEqualTo(Map.of(
                        ".blobs", Kind.HIDDEN,
                        "cat/0.jpg", Kind.FILE,
                        "cat/up", Kind.LINK_BACK,
                        "dog/1.jpg", Kind.FILE,
                        "one.jpg", Kind.FILE));
    }

    @Test
    void whatCannotBeOpenedIsThereWithItsReason() throws Exception {
        link("gone.jpg", "nowhere");
        link("circle.jpg", "circle.jpg");
        Files.write(Path.of(URI.create(root.toUri() + "K%E4fer.jpg")), new byte[] {1});
        assertThat(new ProcessBuilder("mkfifo", root.resolve("pipe.jpg").toString())
                        .start()
                        .waitFor())
                .isZero();

        assertThat(open().below(open().root()))
                .extracting(Entry::name, Entry::kind, Entry::problem)
                .satisfiesExactlyInAnyOrder(
                        gone -> assertThat(gone.toList())
                                .containsExactly("gone.jpg", Kind.UNREADABLE, "The link leads to nothing"),
                        circle -> assertThat(circle.toList()).startsWith("circle.jpg", Kind.UNREADABLE),
                        name -> assertThat(name.toList())
                                .containsExactly("K\\xE4fer.jpg", Kind.UNREADABLE, "The name is no UTF-8; rename it"),
                        pipe -> assertThat(pipe.toList())
                                .containsExactly("pipe.jpg", Kind.UNREADABLE, "It is a device, pipe or socket"));
    }

    @Test
    void aFileThatShrankOrGrewSinceItWasListedIsNotRead() throws IOException {
        Path file = file("0.jpg");
        Entry entry = open().below(open().root()).get(0);
        Files.writeString(file, "0");
        assertThatThrownBy(() -> InputFiles.read(entry.path(), entry.length(), HADOOP))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("listed with 5 bytes and has 1");
        Files.writeString(file, "0123456789");
        assertThatThrownBy(() -> InputFiles.read(entry.path(), entry.length(), HADOOP))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has more");
    }

    @Test
    void hiddenFilesLitterAndTheProgramsOwnOutputAreLeftOutAndCounted() throws IOException {
        for (String name : List.of(
                "a/0.jpg",
                "a/.hidden/1.jpg",
                ".ipynb_checkpoints/2.jpg",
                "a/Thumbs.db",
                "README.TXT",
                "labels.csv",
                "desktop.ini",
                "LICENSE",
                "out/predictions/part.jpg")) {
            file(name);
        }
        InputFiles files = InputFiles.of(root.toString(), Optional.of(root + "/out"), HADOOP);

        LeftOut leftOut = LeftOut.of(files.below(files.root()));

        assertThat(leftOut.counts()).isEqualTo(Map.of("hidden", 2L, "no-image", 5L, "output", 1L));
        assertThat(leftOut.notes()).singleElement().asString().contains("/out lies inside the input");
        assertThat(files.below(files.root()))
                .filteredOn(entry -> !LeftOut.leavesOut(entry))
                .extracting(Entry::name)
                .containsExactly("0.jpg");
    }

    /** On file systems that are no local disk: the same rules, through Hadoop. */
    @Test
    void foldersThatCannotBeListedAreThereWithTheirReason() throws IOException {
        for (String name : List.of("a/0.jpg", "a/.hidden/1.jpg", "closed/2.jpg", "out/3.jpg")) {
            file(name);
        }
        FileSystem remote = new FilterFileSystem(FileSystem.getLocal(HADOOP).getRaw()) {
            @Override
            public FileStatus[] listStatus(org.apache.hadoop.fs.Path folder) throws IOException {
                if (folder.getName().equals("closed")) {
                    throw new AccessControlException("Permission denied: user=you");
                }
                return super.listStatus(folder);
            }
        };
        String path = "file:" + root;
        InputFiles files = new InputFiles.Remote(remote, new org.apache.hadoop.fs.Path(path), path + "/out");

        assertThat(below(files))
                .isEqualTo(Map.of(
                        "a/0.jpg", Kind.FILE, "a/.hidden", Kind.HIDDEN, "closed", Kind.UNREADABLE, "out", Kind.OUTPUT));
        assertThat(files.below(files.root()))
                .extracting(Entry::problem)
                .contains("The folder cannot be listed: Permission denied: user=you");
    }

    /** Under the locale C, Java itself takes these names for question marks. */
    @Test
    void namesAreUtf8WhateverTheLocale() throws Exception {
        file("Käfer/日本.jpg");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ListInAscii.class.getName(),
                root.toString());
        builder.environment().put("LC_ALL", "C");
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String said;
        try (InputStream out = process.getInputStream()) {
            said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(process.waitFor()).isZero();
        assertThat(said).isEqualTo("/K\\u00e4fer/\\u65e5\\u672c.jpg 17\n");
    }

    /** Lists and reads the folder that it is given, and refuses to write a name that it cannot say. */
    static final class ListInAscii {

        public static void main(String[] arguments) throws IOException {
            InputFiles files = InputFiles.of(arguments[0], HADOOP);
            for (Entry entry : files.below(files.root())) {
                StringBuilder name = new StringBuilder();
                for (char c : entry.path().substring(files.root().length()).toCharArray()) {
                    name.append(c < 0x80 ? String.valueOf(c) : "\\u%04x".formatted((int) c));
                }
                int read = InputFiles.read(entry.path(), entry.length(), HADOOP).length;
                System.out.print(name + " " + read + "\n");
            }
            try {
                AtomicStore.at(arguments[0] + "/K\u00e4fer", HADOOP);
                System.exit("UTF-8".equals(Location.nameEncoding()) ? 0 : 1);
            } catch (io.resnetspark.model.error.ConfigurationException expected) {
                System.exit(0);
            }
        }
    }
}
