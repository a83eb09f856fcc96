package io.resnetspark.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.BlockKind;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.Normalisation;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.Stem;
import io.resnetspark.model.block.Shortcut;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.input.Preprocessing;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.pipeline.registry.Lineage;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.registry.NewVersion;
import io.resnetspark.pipeline.registry.RegisteredModel;
import io.resnetspark.pipeline.registry.RegistryLocation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    @Test
    void registeredModelsAreLookedUpInTheRegistryOfTheConfiguration() {
        Configuration hadoop = new Configuration();
        RegistryLocation.set(hadoop, folder.resolve("models").toString());
        LoadedModel tiny = tiny(1, "a", "b");
        ModelCard card = tiny.card();
        StateDict weights = tiny.weights();
        RegisteredModel model = ModelRegistry.of(hadoop).model("photos");
        model.add(NewVersion.of(card, weights, Lineage.unknown("test")));
        model.promote(1, "");

        LoadedModel loaded = ModelSource.load("registry:photos@champion", Optional.empty(), Optional.empty(), hadoop);
        assertThat(loaded.card()).isEqualTo(card);
        assertThat(loaded.weights().asMap()).isEqualTo(weights.asMap());
        assertThat(loaded.description()).isEqualTo("registry:photos@1");
        ModelCard other = new ModelCard(card.spec().withClasses(3), List.of("x", "y", "z"), Preprocessing.imageNet());
        ModelSource.WarmStart warm = ModelSource.warmStart("registry:photos", other, hadoop);
        assertThat(warm.card().preprocessing().mean())
                .isEqualTo(card.preprocessing().mean());
        assertThat(warm.weights().contains("fc.weight")).isFalse();
        assertThat(warm.weights().tensor("conv1.weight")).isEqualTo(weights.tensor("conv1.weight"));
        assertThat(warm.description()).startsWith("registry:photos@1");
    }

    @Test
    void aFingerprintIsOfWhatTheModelPredicts() {
        String fingerprint = tiny(1, "a", "b").fingerprint();
        LoadedModel copy =
                new LoadedModel(tiny(1, "a", "b").card(), tiny(1, "a", "b").weights(), "elsewhere");
        assertThat(copy.fingerprint()).isEqualTo(fingerprint).hasSize(12);
        assertThat(tiny(2, "a", "b").fingerprint()).isNotEqualTo(fingerprint);
        assertThat(tiny(1, "b", "a").fingerprint()).isNotEqualTo(fingerprint);
    }

    private static LoadedModel tiny(long seed, String... labels) {
        ResNetSpec spec = new ResNetSpec(
                "tiny",
                Stem.CIFAR,
                BlockKind.BASIC,
                Shortcut.PAD,
                Normalisation.BATCH,
                List.of(1),
                List.of(4),
                labels.length,
                3,
                8,
                1f);
        var network = ResNet.create(spec, seed);
        StateDict weights = NetworkWeights.of(network);
        network.close();
        Preprocessing preprocessing = new Preprocessing(3, 8, 8, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));
        return new LoadedModel(new ModelCard(spec, List.of(labels), preprocessing), weights, "tiny");
    }
}
