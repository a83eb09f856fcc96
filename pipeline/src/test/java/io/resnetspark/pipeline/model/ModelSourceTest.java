package io.resnetspark.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.input.Preprocessing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    /** torchvision/models/resnet.py, the weights' transforms: IMAGENET1K_V2 resizes to 232, IMAGENET1K_V1 to 256. */
    @ParameterizedTest
    @CsvSource({
        "torchvision:resnet18, resnet18, 256",
        "torchvision:resnet50, resnet50, 256",
        "torchvision:resnet50-v2, resnet50, 232",
        "torchvision:resnet101-v2, resnet101, 232",
        "torchvision:resnet152-v2, resnet152, 232",
        "checkpoints/mine.pth, resnet50, 256",
        "checkpoints/mine.th, cifar-resnet20, 32"
    })
    void imagesAreResizedAsTheWeightsExpect(String name, String architecture, int shorterSide) {
        ResNetSpec spec = Architecture.named(architecture).spec();
        assertThat(ModelSource.preprocessing(name, spec))
                .isEqualTo(new Preprocessing(
                        3, shorterSide, spec.inputSize(), Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD));
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
