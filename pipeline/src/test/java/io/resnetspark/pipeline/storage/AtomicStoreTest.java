package io.resnetspark.pipeline.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link RenamingStoreLaws} on the local disk, and how the other publishers work there. */
class AtomicStoreTest extends RenamingStoreLaws {

    @RegisterExtension
    static final LocalStorage DISK = new LocalStorage();

    AtomicStoreTest() {
        super(DISK);
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
    void directoryWithAnOpenFileCannotBeCommitted() throws IOException {
        try (DirectoryPublication directory = store.startDirectory("round-1");
                OutputStream open = directory.create("a")) {
            open.write(1);
            assertThatThrownBy(directory::commit).isInstanceOf(IllegalStateException.class);
        }
        assertThat(store.directory("round-1")).isEmpty();
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
        assertThat(entries(store.root()))
                .extracting(org.apache.hadoop.fs.Path::getName)
                .noneMatch(name -> name.startsWith(Publisher.UNFINISHED))
                .contains("x");
    }
}
