package io.resnetspark.pipeline.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.BadDataException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicStoreTest {

    @TempDir
    Path temporary;

    private Path root;
    private AtomicStore store;

    @BeforeEach
    void openStore() {
        root = temporary.resolve("größe mit %20 spaces");
        store = AtomicStore.at(root.toString(), new Configuration());
    }

    @Test
    void replacedFileHasTheNewContentAndNothingElseRemains() throws IOException {
        store.replaceText("a/b.json", "one");
        store.replaceText("a/b.json", "two");

        assertThat(store.readText("a/b.json")).contains("two");
        try (var files = Files.list(root.resolve("a"))) {
            assertThat(files).containsExactly(root.resolve("a/b.json"));
        }
    }

    @Test
    void hadoopReadsWhatWasReplaced() throws IOException {
        FileSystem fileSystem = FileSystem.getLocal(new Configuration());
        org.apache.hadoop.fs.Path file = store.path("x");
        store.replaceText("x", "one");
        store.replaceText("x", "three");

        try (var in = fileSystem.open(file)) {
            assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("three");
        }
    }

    @Test
    void readersNeverSeeAMixtureWhileAFileIsReplaced() throws Exception {
        byte[] zeros = new byte[100_000];
        byte[] ones = new byte[200_000];
        Arrays.fill(ones, (byte) 1);
        store.replace("file", zeros);
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            var reader = pool.submit(() -> {
                int mixtures = 0;
                while (!done.get()) {
                    byte[] seen = store.read("file").orElseThrow();
                    if (!Arrays.equals(seen, zeros) && !Arrays.equals(seen, ones)) {
                        mixtures++;
                    }
                }
                return mixtures;
            });
            for (int i = 0; i < 50; i++) {
                store.replace("file", i % 2 == 0 ? ones : zeros);
            }
            done.set(true);
            assertThat(reader.get()).isZero();
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void exactlyOneOfManyCreatorsWins() throws Exception {
        store.replaceText("other", "");
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> creators = IntStream.range(0, 32)
                    .<Callable<Boolean>>mapToObj(i -> () -> store.createIfAbsent("version", new byte[] {(byte) i}))
                    .toList();
            int winners = 0;
            for (var creator : pool.invokeAll(creators)) {
                winners += creator.get() ? 1 : 0;
            }
            assertThat(winners).isOne();
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void directoryIsInvisibleUntilCommittedAndWholeAfterwards() throws IOException {
        try (DirectoryPublication directory = store.startDirectory("round-1")) {
            directory.write("params/conv1", "weights".getBytes(UTF_8));
            assertThat(store.directory("round-1")).isEmpty();
            assertThat(store.list("")).isEmpty();
            directory.commit();
        }
        PublishedDirectory published = store.directory("round-1").orElseThrow();
        published.verify();
        assertThat(published.files()).containsExactly("params/conv1");
        assertThat(published.read("params/conv1")).asString().isEqualTo("weights");
        assertThatThrownBy(() -> store.startDirectory("round-1")).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void abandonedDirectoryLeavesNothing() throws IOException {
        try (DirectoryPublication directory = store.startDirectory("round-1")) {
            directory.write("a", new byte[10]);
        }
        try (var files = Files.list(root)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void directoryWithAnOpenFileCannotBeCommitted() throws IOException {
        try (DirectoryPublication directory = store.startDirectory("round-1");
                OutputStream open = directory.create("a")) {
            open.write(1);
            assertThatThrownBy(directory::commit).isInstanceOf(IllegalStateException.class);
        }
        assertThat(store.directory("round-1")).isEmpty();
    }

    @Test
    void leftoversOfADeadWriterAreIgnoredAndSwept() throws IOException {
        DirectoryPublication dead = store.startDirectory("round-1");
        dead.write("a", new byte[10]);

        assertThat(store.list("")).isEmpty();
        store.deleteUnfinished("");
        try (var files = Files.list(root)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void flippedByteAndMissingFileAreReportedByName() throws IOException {
        try (DirectoryPublication directory = store.startDirectory("d")) {
            directory.write("good", new byte[] {1, 2, 3});
            directory.write("bad", new byte[] {1, 2, 3});
            directory.commit();
        }
        Files.write(root.resolve("d/bad"), new byte[] {1, 2, 4});
        PublishedDirectory published = store.directory("d").orElseThrow();

        assertThat(published.read("good")).containsExactly(1, 2, 3);
        assertThatThrownBy(() -> published.read("bad"))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("bad");
        assertThatThrownBy(published::verify).isInstanceOf(BadDataException.class);

        Files.delete(root.resolve("d/bad"));
        assertThatThrownBy(published::verify)
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("lacks its file bad");
    }

    @Test
    void objectStoreDirectoryCountsOnlyOnceItsChecksumListIsThere() throws IOException {
        FileSystem fileSystem = FileSystem.getLocal(new Configuration()).getRawFileSystem();
        fileSystem.setConf(new Configuration());
        org.apache.hadoop.fs.Path target = store.path("d");
        DirectoryPublication directory =
                new DirectoryPublication(fileSystem, new Publisher.ObjectStore(fileSystem), target);
        directory.write("a", new byte[] {1});
        assertThat(fileSystem.exists(new org.apache.hadoop.fs.Path(target, "a")))
                .isTrue();
        assertThat(store.directory("d")).isEmpty();

        directory.commit();
        store.directory("d").orElseThrow().verify();
    }

    @Test
    void fileSystemsWithRenameReplaceAndRefuseAlike() throws IOException {
        FileSystem fileSystem = FileSystem.getLocal(new Configuration());
        Publisher renaming = new Publisher.Renaming(fileSystem, FileContext.getLocalFSFileContext());
        org.apache.hadoop.fs.Path file = store.path("x");

        renaming.create(file, new byte[] {1});
        renaming.replace(file, new byte[] {2});
        assertThat(store.read("x").orElseThrow()).containsExactly(2);
        assertThatThrownBy(() -> renaming.create(file, new byte[] {3}))
                .isInstanceOf(org.apache.hadoop.fs.FileAlreadyExistsException.class);
        try (var files = Files.list(root)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.startsWith(Publisher.UNFINISHED))
                    .contains("x");
        }
    }
}
