package io.resnetspark.pipeline.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What {@link AtomicStore} promises beyond {@link AtomicStoreLaws} where renaming is atomic and refuses a taken name. */
abstract class RenamingStoreLaws extends AtomicStoreLaws {

    RenamingStoreLaws(TestStorage storage) {
        super(storage);
    }

    @Test
    void exactlyOneOfManyCreatorsWins() throws Exception {
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
    void unfinishedDirectoriesAreNotListedAndLeaveNothing() throws IOException {
        try (DirectoryPublication directory = store.startDirectory("round-1")) {
            directory.write("a", new byte[10]);
            assertThat(store.list("")).isEmpty();
        }
        assertThat(entries(store.root())).isEmpty();
    }

    @Test
    void leftoversOfADeadWriterAreIgnoredAndSwept() throws IOException {
        DirectoryPublication dead = store.startDirectory("round-1");
        dead.write("a", new byte[10]);

        assertThat(store.list("")).isEmpty();
        store.deleteUnfinished("");
        assertThat(entries(store.root())).isEmpty();
    }
}
