package io.resnetspark.pipeline.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.BadDataException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link AtomicStore} promises on every file system. */
abstract class AtomicStoreLaws {

    private final TestStorage storage;
    AtomicStore store;

    AtomicStoreLaws(TestStorage storage) {
        this.storage = storage;
    }

    @BeforeEach
    void openStore() {
        store = AtomicStore.at(storage.newDirectory(), storage.configuration());
    }

    @Test
    void whatIsNotThereIsAbsent() {
        assertThat(store.exists("file")).isFalse();
        assertThat(store.read("file")).isEmpty();
        assertThat(store.directory("directory")).isEmpty();
        assertThat(store.list("")).isEmpty();
        store.delete("file");
    }

    @Test
    void replacedFileHasTheNewContentAndNothingElseRemains() throws IOException {
        store.replaceText("a/b.json", "one");
        store.replaceText("a/b.json", "two");
        assertThat(store.readText("a/b.json")).contains("two");
        assertThat(entries(store.path("a"))).containsExactly(store.path("a/b.json"));
    }

    /** Length of the file that replaces one of 100,000 bytes. */
    int replacementLength() {
        return 200_000;
    }

    @Test
    void readersNeverSeeAMixtureWhileAFileIsReplaced() throws Exception {
        byte[] zeros = new byte[100_000];
        byte[] ones = new byte[replacementLength()];
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
    void aTakenNameIsNotCreatedAgain() {
        assertThat(store.createIfAbsent("version", new byte[] {1})).isTrue();
        assertThat(store.createIfAbsent("version", new byte[] {2})).isFalse();
        assertThat(store.read("version").orElseThrow()).containsExactly(1);
    }

    @Test
    void directoryIsInvisibleUntilCommittedAndWholeAfterwards() throws IOException {
        try (DirectoryPublication directory = store.startDirectory("runs/round-1")) {
            directory.write("params/conv1", "weights".getBytes(UTF_8));
            assertThat(store.directory("runs/round-1")).isEmpty();
            directory.commit();
        }
        PublishedDirectory published = store.directory("runs/round-1").orElseThrow();
        published.verify();
        assertThat(published.files()).containsExactly("params/conv1");
        assertThat(published.read("params/conv1")).asString().isEqualTo("weights");
        assertThat(store.list("runs")).containsExactly("round-1");
        assertThatThrownBy(() -> store.startDirectory("runs/round-1")).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void abandonedDirectoryLeavesNothing() throws IOException {
        try (DirectoryPublication directory = store.startDirectory("round-1")) {
            directory.write("a", new byte[10]);
        }
        assertThat(store.directory("round-1")).isEmpty();
        assertThat(store.list("")).isEmpty();
    }

    @Test
    void aDirectoryWhoseWriterDiedIsNoDirectoryAndMakesRoomForTheNext() throws IOException {
        DirectoryPublication dead = store.startDirectory("round-1");
        dead.write("a", new byte[10]);
        OutputStream open = dead.create("b");
        open.write(1); // never closed
        assertThat(store.directory("round-1")).isEmpty();

        try (DirectoryPublication next = store.startDirectory("round-1")) {
            next.write("c", new byte[] {3});
            next.commit();
        }
        store.deleteUnfinished("");
        PublishedDirectory published = store.directory("round-1").orElseThrow();
        published.verify();
        assertThat(published.files()).containsExactly("c");
        assertThat(store.list("")).containsExactly("round-1");
        assertThat(entries(store.root())).containsExactly(store.path("round-1"));
    }

    @Test
    void flippedByteAndMissingFileAreReportedByName() throws IOException {
        try (DirectoryPublication directory = store.startDirectory("d")) {
            directory.write("good", new byte[] {1, 2, 3});
            directory.write("bad", new byte[] {1, 2, 3});
            directory.commit();
        }
        try (OutputStream out = fileSystem().create(store.path("d/bad"), true)) {
            out.write(new byte[] {1, 2, 4});
        }
        PublishedDirectory published = store.directory("d").orElseThrow();
        assertThat(published.read("good")).containsExactly(1, 2, 3);
        assertThatThrownBy(() -> published.read("bad"))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("bad");
        assertThatThrownBy(published::verify)
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("bad");

        fileSystem().delete(store.path("d/bad"), false);
        assertThatThrownBy(published::verify)
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("lacks its file bad");
    }

    @Test
    void deletedDirectoryIsGone() throws IOException {
        try (DirectoryPublication directory = store.startDirectory("d/e")) {
            directory.write("f/g", new byte[] {1});
            directory.commit();
        }
        store.delete("d/e");
        assertThat(store.exists("d/e")).isFalse();
        assertThat(store.list("d")).isEmpty();
    }

    /** The storage itself: Hadoop's view of the local disk keeps and hides checksum files of its own. */
    private FileSystem fileSystem() {
        FileSystem seen = storage.fileSystem();
        return seen instanceof FilterFileSystem filter ? filter.getRawFileSystem() : seen;
    }

    /** Everything directly in {@code directory}, hidden or not. */
    final Path[] entries(Path directory) throws IOException {
        return Arrays.stream(fileSystem().listStatus(directory))
                .map(FileStatus::getPath)
                .toArray(Path[]::new);
    }
}
