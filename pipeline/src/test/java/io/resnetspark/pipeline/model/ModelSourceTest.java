package io.resnetspark.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.BlockKind;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.Stem;
import io.resnetspark.model.block.Normalisation;
import io.resnetspark.model.block.Shortcut;
import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.Tensor;
import io.resnetspark.pipeline.registry.Lineage;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.registry.NewVersion;
import io.resnetspark.pipeline.registry.RegisteredModel;
import io.resnetspark.pipeline.registry.RegistryLocation;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
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

    /** Wherever they come from: the file, the folder or another file system; with a card or without. */
    @Test
    void modelsAreFoundByUri() throws Exception {
        LoadedModel tiny = tiny(1, "a", "b");
        Path directory = Files.createDirectories(folder.resolve("at 12:30 [1]"));
        ModelExport.write(tiny, directory.resolve("model.safetensors"));
        Configuration hadoop = new Configuration();
        hadoop.setClass("fs.oss.impl", OtherDisk.class, FileSystem.class);

        for (String name : List.of(
                directory + "/model.safetensors",
                directory.toString(),
                "file://" + directory + "/model.safetensors",
                "file:" + directory,
                "oss://bucket" + directory + "/model.safetensors",
                "oss://bucket" + directory)) {
            LoadedModel loaded = ModelSource.load(name, Optional.empty(), Optional.empty(), hadoop);
            assertThat(loaded.weights().asMap())
                    .as(name)
                    .isEqualTo(tiny.weights().asMap());
            assertThat(loaded.card()).as(name).isEqualTo(tiny.card());
            assertThat(loaded.description()).isEqualTo(name);
        }
        assertThatThrownBy(
                        () -> ModelSource.load("oss://bucket/nothing.pth", Optional.empty(), Optional.empty(), hadoop))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("oss://bucket/nothing.pth");
        Files.writeString(directory.resolve("page.pth"), "<html>");
        assertThatThrownBy(() -> ModelSource.load(
                        "oss://bucket" + directory + "/page.pth", Optional.of("resnet18"), Optional.empty(), hadoop))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("oss://bucket" + directory + "/page.pth is a web page");
    }

    @Test
    void modelsAreWrittenByUri() {
        LoadedModel tiny = tiny(1, "a", "b");
        Configuration hadoop = new Configuration();
        hadoop.setClass("fs.oss.impl", OtherDisk.class, FileSystem.class);

        for (String file : List.of("file://" + folder + "/1.safetensors", "oss://bucket" + folder + "/2.safetensors")) {
            List<String> written =
                    ModelExport.to(file, new ExportFormat.SafeTensors(), hadoop).write(tiny);
            assertThat(written).containsExactly(file, file.replace(".safetensors", ".json"));
            assertThat(ModelSource.load(file, Optional.empty(), Optional.empty(), hadoop)
                            .card())
                    .isEqualTo(tiny.card());
        }
        assertThat(folder.resolve("1.json")).exists();
        assertThat(folder.resolve("2.json")).exists();
    }

    /** A file system of another scheme whose files lie on the local disk. */
    public static final class OtherDisk extends RawLocalFileSystem {

        @Override
        public URI getUri() {
            return URI.create("oss://bucket");
        }

        @Override
        public FileStatus getFileStatus(org.apache.hadoop.fs.Path path) throws IOException {
            return ours(super.getFileStatus(path));
        }

        @Override
        public FileStatus[] listStatus(org.apache.hadoop.fs.Path path) throws IOException {
            FileStatus[] all = super.listStatus(path);
            for (int i = 0; i < all.length; i++) {
                all[i] = ours(all[i]);
            }
            return all;
        }

        private FileStatus ours(FileStatus status) {
            status.setPath(new org.apache.hadoop.fs.Path(
                    "oss", "bucket", status.getPath().toUri().getPath()));
            return status;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "abfss://box@account.dfs.core.windows.net/resnet18.pth, org.apache.hadoop:hadoop-azure:",
        "gs://bucket/resnet18.pth, gcs-connector",
        "s3://bucket/resnet18.pth, s3a://",
        "nonsense://bucket/resnet18.pth, no file system",
        "https://example.com/resnet18.pth, download",
        "hdfs://no-such-host.invalid/resnet18.pth, no-such-host.invalid"
    })
    void whatIsMissingForAUriIsSaidAndNothingIsDone(String uri, String advice) {
        assertThatThrownBy(() -> load(uri))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(uri)
                .hasMessageContaining(advice);
        assertThatThrownBy(() -> ModelExport.to(uri, new ExportFormat.Torch(), new Configuration()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(advice);
    }

    @Test
    void brokenWeightsAreRefusedByTensorWhereverTheyEnter() throws Exception {
        LoadedModel tiny = tiny(1, "a", "b");
        Map<String, Tensor> weights = new LinkedHashMap<>(tiny.weights().asMap());
        Tensor variance = weights.get("bn1.running_var");
        float[] values = variance.data().clone();
        values[1] = -1;
        weights.put("bn1.running_var", new Tensor(variance.shape(), values));
        Path file = folder.resolve("broken.safetensors");
        try (OutputStream out = Files.newOutputStream(file)) {
            CheckpointFormat.writeModel(tiny.card(), new StateDict(weights), out);
        }

        String problem = "bn1.running_var has 1 of 4 variances below zero";
        assertThatThrownBy(() -> load(file.toString()))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining(problem);
        assertThatThrownBy(() -> ModelSource.warmStart(file.toString(), tiny.card(), new Configuration()))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining(problem);
        assertThatThrownBy(() -> new LoadedModel(tiny.card(), new StateDict(weights), "a run"))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining(problem);
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
