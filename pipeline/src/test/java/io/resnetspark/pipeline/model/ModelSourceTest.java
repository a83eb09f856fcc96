package io.resnetspark.pipeline.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What names of models mean, as far as no weights are needed for it. */
class ModelSourceTest {

    @TempDir
    Path folder;

    private static void load(String name) {
        ModelSource.load(name, Optional.empty(), Optional.empty(), new Configuration());
    }

    /** Not a path on a file system of that name. */
    @Test
    void torchvisionNamesAreLookedUp() {
        assertThatThrownBy(() -> load("torchvision:resnet19"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("torchvision:resnet18");
    }

    @Test
    void whatIsNeitherRunNorFileIsSaidToBeSo() throws Exception {
        assertThatThrownBy(() -> load(folder.resolve("nothing").toString()))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("nothing");
        Path directory = Files.createDirectory(folder.resolve("directory"));
        assertThatThrownBy(() -> load(directory.toString()))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("run.json");
    }
}
