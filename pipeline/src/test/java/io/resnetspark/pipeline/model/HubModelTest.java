package io.resnetspark.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.NetworkName;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.ResampleFilter;
import io.resnetspark.model.weights.SafeTensors;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders as they are downloaded from the Hugging Face hub. */
class HubModelTest {

    private static final String TINY = """
            {"architectures": ["ResNetForImageClassification"], "model_type": "resnet", "layer_type": "basic",
             "depths": [1, 1], "hidden_sizes": [4, 8], "embedding_size": 4, "hidden_act": "relu",
             "downsample_in_first_stage": false, "num_channels": 3,
             "id2label": {"0": "tench, Tinca tinca", "1": "goldfish", "2": "café"}}
            """;

    /** As of microsoft/resnet-50, with a size of its own. */
    private static final String PROCESSOR = """
            {"crop_pct": 0.875, "do_normalize": true, "do_resize": true, "resample": 2, "size": {"shortest_edge": 28},
             "feature_extractor_type": "ConvNextFeatureExtractor",
             "image_mean": [0.4, 0.5, 0.6], "image_std": [0.1, 0.2, 0.3]}
            """;

    @TempDir
    Path folder;

    private final Configuration hadoop = new Configuration();

    private LoadedModel load() {
        return ModelSource.load(folder.toString(), Optional.empty(), Optional.empty(), hadoop);
    }

    private HubModel beside(String config) throws IOException {
        Files.writeString(folder.resolve("config.json"), config);
        return HubModel.beside(folder.resolve("model.safetensors")).orElseThrow();
    }

    private HubModel beside(String config, String preprocessor) throws IOException {
        Files.writeString(folder.resolve("preprocessor_config.json"), preprocessor);
        return beside(config);
    }

    @Test
    void transformersFolderLoadsWithLabelsAndPreprocessing() throws IOException {
        ResNetSpec spec =
                NetworkName.parse("resnet18+blocks=1-1+widths=4-8").spec().withClasses(3);
        var network = ResNet.create(spec, 7);
        StateDict weights = NetworkWeights.of(network);
        network.close();
        Map<String, Tensor> theirs = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> theirs.put(huggingFaceName(name), tensor));
        SafeTensors.write(new StateDict(theirs), Map.of("format", "pt"), folder.resolve("model.safetensors"));
        Files.writeString(folder.resolve("config.json"), TINY);
        Files.writeString(folder.resolve("preprocessor_config.json"), PROCESSOR);

        LoadedModel model = load();

        assertThat(model.weights().asMap()).isEqualTo(weights.asMap());
        assertThat(model.card().labels()).containsExactly("tench, Tinca tinca", "goldfish", "café");
        Preprocessing expected = new Preprocessing(3, 32, 28, List.of(0.4f, 0.5f, 0.6f), List.of(0.1f, 0.2f, 0.3f));
        assertThat(model.card().preprocessing()).isEqualTo(expected);
        assertThat(model.card().spec()).isEqualTo(spec.withInput(3, 28));
        ModelCard wanted = new ModelCard(
                spec.withClasses(2),
                List.of("x", "y"),
                new Preprocessing(3, 64, 56, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD));
        assertThat(ModelSource.warmStart(folder.toString(), wanted, hadoop)
                        .card()
                        .preprocessing())
                .isEqualTo(new Preprocessing(3, 64, 56, expected.mean(), expected.std()));
    }

    private static String huggingFaceName(String name) {
        return name.replaceFirst("^fc\\.", "classifier.1.")
                .replaceFirst("^conv1\\.", "resnet.embedder.embedder.convolution.")
                .replaceFirst("^bn1\\.", "resnet.embedder.embedder.normalization.")
                .replace("layer1.0.", "resnet.encoder.stages.0.layers.0.")
                .replace("layer2.0.", "resnet.encoder.stages.1.layers.0.")
                .replace(".conv1.", ".layer.0.convolution.")
                .replace(".conv2.", ".layer.1.convolution.")
                .replace(".bn1.", ".layer.0.normalization.")
                .replace(".bn2.", ".layer.1.normalization.")
                .replace("downsample.0.", "shortcut.convolution.")
                .replace("downsample.1.", "shortcut.normalization.");
    }

    /** microsoft/resnet-18 … -152. */
    @ParameterizedTest
    @CsvSource({
        "basic, '2, 2, 2, 2', '64, 128, 256, 512', resnet18",
        "basic, '3, 4, 6, 3', '64, 128, 256, 512', resnet34",
        "bottleneck, '3, 4, 6, 3', '256, 512, 1024, 2048', resnet50",
        "bottleneck, '3, 4, 23, 3', '256, 512, 1024, 2048', resnet101",
        "bottleneck, '3, 8, 36, 3', '256, 512, 1024, 2048', resnet152"
    })
    void publishedNetworksAreNamed(String layer, String depths, String sizes, String network) throws IOException {
        HubModel model =
                beside("{\"model_type\": \"resnet\", \"layer_type\": \"%s\", \"depths\": [%s], \"hidden_sizes\": [%s]}"
                        .formatted(layer, depths, sizes));

        assertThat(model.network()).hasValue(network);
        assertThat(model.preprocessing()).isEmpty();
    }

    /** The size as a number is how the first files have it; a side of 384 and more is not cropped. */
    @ParameterizedTest
    @CsvSource({
        "224, 0.875, 256, 224",
        "{\"shortest_edge\": 224}, 0.875, 256, 224",
        "{\"shortest_edge\": 224}, 0.95, 235, 224",
        "{\"shortest_edge\": 384}, 0.875, 384, 384"
    })
    void sidesAreThoseOfConvNextImageProcessor(String size, double share, int shorterSide, int input)
            throws IOException {
        Preprocessing preprocessing = beside(
                        "{\"model_type\": \"resnet\"}",
                        "{\"size\": %s, \"crop_pct\": %s, \"do_rescale\": true, \"rescale_factor\": 0.00392156862745098}"
                                .formatted(size, share))
                .preprocessing()
                .orElseThrow();

        assertThat(preprocessing)
                .isEqualTo(new Preprocessing(
                        3,
                        shorterSide,
                        input,
                        Preprocessing.IMAGENET_MEAN,
                        Preprocessing.IMAGENET_STD,
                        ResampleFilter.BICUBIC));
    }

    @Test
    void pixelsThatWereNotRescaledHaveMeansOfTheirOwnUnit() throws IOException {
        Preprocessing preprocessing = beside(
                        "{\"model_type\": \"resnet\"}",
                        "{\"size\": 224, \"do_rescale\": false, \"image_mean\": 127.5, \"image_std\": 51}")
                .preprocessing()
                .orElseThrow();

        assertThat(preprocessing.mean()).containsExactly(0.5f, 0.5f, 0.5f);
        assertThat(preprocessing.std()).containsExactly(0.2f, 0.2f, 0.2f);
    }

    /** timm/resnet50.a1_in1k and its kind: names and settings of timm's own. */
    @Test
    void timmsSettingsAreHonoured() throws IOException {
        HubModel model = beside("""
                {"architecture": "resnet50", "num_classes": 3, "num_features": 2048, "label_names": ["x", "y", "z"],
                 "pretrained_cfg": {"tag": "a1_in1k", "input_size": [3, 224, 224], "interpolation": "bicubic",
                  "crop_pct": 0.95, "crop_mode": "center", "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}}
                """);

        assertThat(model.network()).hasValue("resnet50");
        assertThat(model.labels()).containsExactly("x", "y", "z");
        assertThat(model.preprocessing())
                .hasValue(new Preprocessing(
                        3, 235, 224, List.of(0.5f, 0.5f, 0.5f), List.of(0.25f, 0.25f, 0.25f), ResampleFilter.BICUBIC));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"model_type\": \"resnet\", \"downsample_in_bottleneck\": true} | downsample_in_bottleneck",
                "{\"model_type\": \"resnet\", \"downsample_in_first_stage\": true} | downsample_in_first_stage",
                "{\"model_type\": \"resnet\", \"hidden_act\": \"gelu\"} | gelu",
                "{\"model_type\": \"resnet\", \"hidden_sizes\": [1, 2]} | hidden sizes [1, 2]",
                "{\"architecture\": \"resnet50d\", \"pretrained_cfg\": {}} | resnet50d",
                "{\"architecture\": \"resnet50\", \"pretrained_cfg\": {\"std\": [0, 1, 1]}} | std",
                "{\"architecture\": \"resnet50\", \"pretrained_cfg\": {\"crop_pct\": 0}} | crop",
                "{\"architecture\": \"resnet50\", \"pretrained_cfg\": {\"input_size\": [3, 224]}} | size",
                "{\"model_type\": | config.json is damaged"
            })
    void whatCannotBeHadHereIsRefusedByName(String config, String reason) {
        assertThatThrownBy(() -> beside(config))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("config.json")
                .hasMessageContaining(reason);
    }

    @Test
    void otherFilesOfThatNameSayNothing() throws IOException {
        for (String config : List.of(
                "{\"learning_rate\": 0.1}", "{\"architecture\": \"unet\"}", "[]", "{\"model_type\": \"vit\"}")) {
            Files.writeString(folder.resolve("config.json"), config);
            assertThat(HubModel.beside(folder.resolve("best.pth"))).as(config).isEmpty();
        }
    }
}
