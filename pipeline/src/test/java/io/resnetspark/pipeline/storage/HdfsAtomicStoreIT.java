package io.resnetspark.pipeline.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link RenamingStoreLaws} on HDFS, and what happens where there is no room. */
@Tag("full")
class HdfsAtomicStoreIT extends RenamingStoreLaws {

    @RegisterExtension
    static final HdfsStorage HDFS = new HdfsStorage();

    HdfsAtomicStoreIT() {
        super(HDFS);
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
