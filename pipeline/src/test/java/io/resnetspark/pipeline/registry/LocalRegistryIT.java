package io.resnetspark.pipeline.registry;

import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link RegistryProcesses} on the local disk. */
class LocalRegistryIT {

    @TempDir
    Path directory;

    private RegistryProcesses processes() {
        return new RegistryProcesses(directory, directory.resolve("registry").toString(), new Configuration());
    }

    @Test
    void nothingIsLostAmongEightProcesses() throws Exception {
        processes().nothingIsLost(8, 20);
    }

    @Test
    void nothingIsLostWhenWritersAreKilled() throws Exception {
        processes().nothingIsLostWhenWritersAreKilled(4);
    }
}
