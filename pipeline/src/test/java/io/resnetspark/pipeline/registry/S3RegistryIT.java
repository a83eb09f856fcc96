package io.resnetspark.pipeline.registry;

import io.resnetspark.pipeline.storage.S3Storage;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@link RegistryProcesses} on the S3 API, where nothing can be created exclusively. */
@Tag("full")
class S3RegistryIT {

    @RegisterExtension
    static final S3Storage S3 = new S3Storage();

    @TempDir
    Path outputs;

    private RegistryProcesses processes() {
        return new RegistryProcesses(outputs, S3.newDirectory() + "/registry", S3.configuration());
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
