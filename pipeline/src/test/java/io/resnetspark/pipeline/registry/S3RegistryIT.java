package io.resnetspark.pipeline.registry;

import io.resnetspark.pipeline.storage.S3Storage;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@link RegistryProcesses} on the S3 API, where nothing can be created exclusively. */
class S3RegistryIT {

    @RegisterExtension
    static final S3Storage S3 = new S3Storage();

    @TempDir
    Path outputs;

    private RegistryProcesses processes() {
        Configuration configuration = S3.configuration();
        Map<String, String> settings = new TreeMap<>();
        Configuration defaults = new Configuration();
        configuration.forEach(entry -> {
            if (!entry.getValue().equals(defaults.getRaw(entry.getKey()))) {
                settings.put(entry.getKey(), entry.getValue());
            }
        });
        return new RegistryProcesses(outputs, S3.newDirectory() + "/registry", configuration, settings);
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
