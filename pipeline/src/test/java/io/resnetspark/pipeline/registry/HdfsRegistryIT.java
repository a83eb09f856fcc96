package io.resnetspark.pipeline.registry;

import io.resnetspark.pipeline.storage.HdfsStorage;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@link RegistryProcesses} on HDFS. */
class HdfsRegistryIT {

    @RegisterExtension
    static final HdfsStorage HDFS = new HdfsStorage();

    @TempDir
    Path outputs;

    private RegistryProcesses processes() {
        Configuration configuration = HDFS.configuration();
        Map<String, String> settings = new TreeMap<>();
        Configuration defaults = new Configuration();
        configuration.forEach(entry -> {
            if (!entry.getValue().equals(defaults.getRaw(entry.getKey()))) {
                settings.put(entry.getKey(), entry.getValue());
            }
        });
        return new RegistryProcesses(outputs, HDFS.newDirectory() + "/registry", configuration, settings);
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
