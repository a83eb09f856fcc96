package io.resnetspark.pipeline.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link AtomicStoreLaws} on HDFS, and what HDFS allows to promise beyond them. */
class HdfsAtomicStoreIT extends AtomicStoreLaws {

    @RegisterExtension
    static final HdfsStorage HDFS = new HdfsStorage();

    HdfsAtomicStoreIT() {
        super(HDFS);
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
    void aWriteThatFindsNoRoomLeavesWhatWasThere() throws IOException {
        store.replaceText("file", "old");
        HDFS.administration().setQuota(store.root(), HdfsConstants.QUOTA_DONT_SET, 1024);
        assertThatThrownBy(() -> store.replace("file", new byte[100_000]))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("file")
                .hasMessageContaining("quota");
        assertThat(store.readText("file")).contains("old");
        assertThat(HDFS.fileSystem().listStatus(store.root())).hasSize(1);
    }
}
