package io.resnetspark.pipeline.registry;

import io.resnetspark.pipeline.storage.HdfsStorage;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@link RegistryProcesses} on HDFS. */
@Tag("full")
class HdfsRegistryIT {

    @RegisterExtension
    static final HdfsStorage HDFS = new HdfsStorage();

    @TempDir
    Path outputs;

    private RegistryProcesses processes() {
        return new RegistryProcesses(outputs, HDFS.newDirectory() + "/registry", HDFS.configuration());
    }

    @Test
    void nothingIsLostAmongProcesses() throws Exception {
        processes().nothingIsLost(4, 6);
    }

    @Test
    void nothingIsLostWhenWritersAreKilled() throws Exception {
        processes().nothingIsLostWhenWritersAreKilled(3);
    }
}
