package io.resnetspark.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.onnx.OnnxInput;
import io.resnetspark.pipeline.storage.AtomicStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import onnx.Onnx.ModelProto;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models written for other software, as far as it takes no other software to judge them. */
class ModelExportTest {

    private static final ExportFormat HUB = new ExportFormat.HuggingFace(Optional.empty());

    @TempDir
    Path folder;

    private final Configuration hadoop = new Configuration();

    private List<String> write(LoadedModel model, String name, ExportFormat format) {
        return ModelExport.to(folder.resolve(name).toString(), format, hadoop).write(model);
    }

    private LoadedModel load(String name, String architecture) {
        return ModelSource.load(
                folder.resolve(name).toString(),
                Optional.ofNullable(architecture),
                Optional.of(SmallModels.LABELS),
                hadoop);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cifar-resnet20+blocks=1-1-1", "cifar-plain20+norm=none", "resnet50+blocks=1-1+widths=4-8"})
    void pthComesBackToTheBitWithItsDescriptionBeside(String network) throws IOException {
        LoadedModel model = SmallModels.of(network);
        assertThat(write(model, "model.pth", new ExportFormat.Torch()))
                .containsExactly(folder + "/model.pth", folder + "/model.json");
        assertThat(load("model.pth", network).weights()).isEqualTo(model.weights());
        JsonNode description =
                new ObjectMapper().readTree(folder.resolve("model.json").toFile());
        assertThat(description.path("labels").path(2).asText()).isEqualTo("café");
        assertThat(description.path("preprocessing").path("input_size").asInt()).isEqualTo(32);
    }

    @Test
    void onnxIsOneFile() throws IOException {
        LoadedModel model = SmallModels.of("cifar-resnet20+blocks=1-1-1");
        assertThat(write(model, "model.onnx", new ExportFormat.Onnx(OnnxInput.UINT8)))
                .containsExactly(folder + "/model.onnx");
        assertThat(files()).containsExactly("model.onnx");
        ModelProto onnx = ModelProto.parseFrom(Files.readAllBytes(folder.resolve("model.onnx")));
        assertThat(onnx.getGraph().getInput(0).getName()).isEqualTo("images");
    }

    static Stream<Preprocessing> preprocessings() {
        List<Float> half = List.of(0.5f, 0.5f, 0.5f);
        return Stream.of(
                Preprocessing.imageNet(),
                new Preprocessing(3, 232, 224, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD),
                new Preprocessing(3, 0, 64, half, half),
                new Preprocessing(3, 480, 448, half, half), // from 384 on ConvNeXT's processor would squeeze
                new Preprocessing(3, 64, 64, half, half),
                new Preprocessing(3, 48, 64, half, half),
                new Preprocessing(1, 40, 32, List.of(0.1f), List.of(0.3f)));
    }

    @ParameterizedTest
    @MethodSource("preprocessings")
    void hubFolderComesBackWithItsPreprocessing(Preprocessing preprocessing) {
        LoadedModel model = SmallModels.of("resnet18+blocks=1-1+widths=4-8", preprocessing);
        write(model, "hub", HUB);
        LoadedModel back = load("hub", null);
        assertThat(back.card()).isEqualTo(model.card());
        assertThat(back.weights()).isEqualTo(model.weights());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resnet18+widths=2-2-4-8",
                "resnet34+widths=2-4-8-16",
                "resnet50+widths=2-4-8-16",
                "resnet101+widths=1-2-4-8",
                "resnet152+widths=1-2-2-2"
            })
    void hubFolderComesBackWithItsNetwork(String network) {
        LoadedModel model = SmallModels.of(network);
        write(model, "hub", HUB);
        LoadedModel back = load("hub", null);
        assertThat(back.weights()).isEqualTo(model.weights());
        assertThat(back.card().spec().blocks()).isEqualTo(model.card().spec().blocks());
        assertThat(back.card().spec().widths()).isEqualTo(model.card().spec().widths());
        assertThat(back.card().labels()).isEqualTo(SmallModels.LABELS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cifar-resnet20", "cifar-plain20", "plain18", "myresnet", "resnet18+norm=none"})
    void whatTransformersCannotExpressIsRefusedByName(String network) {
        LoadedModel model = SmallModels.of(network);
        assertThatThrownBy(() -> write(model, "hub", HUB))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(network)
                .hasMessageContaining("onnx");
        assertThat(files()).isEmpty();
    }

    @Test
    void foldersWithContentAreLeftAlone() throws IOException {
        LoadedModel model = SmallModels.of("resnet18+blocks=1-1+widths=4-8");
        Path mine = Files.createDirectories(folder.resolve("hub"));
        write(model, "hub", HUB); // an empty one is taken
        assertThatThrownBy(() -> write(model, "hub", HUB)).hasMessageContaining("hub is there already");
        Path other = Files.createDirectories(folder.resolve("mine"));
        Files.writeString(other.resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> ModelExport.to(other.toString(), HUB, hadoop))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("mine is there already");
        assertThat(other.resolve("notes.txt")).hasContent("mine");
        assertThat(mine.resolve("SHA256SUMS")).exists();
    }

    @Test
    void modelCardTellsTheEvaluation() throws IOException {
        Path report = Files.createDirectories(folder.resolve("report"));
        Files.writeString(report.resolve("report.json"), """
                {"format_version": 1, "examples": 153, "top1": 0.9477124, "top5": null, "loss": 0.21, "ece": 0.03,
                 "dataset": {"name": "bees: \\"and\\" ants", "split": "val"}}
                """);
        EvaluationSummary evaluation = EvaluationSummary.of(AtomicStore.at(report.toString(), hadoop));
        assertThat(evaluation)
                .isEqualTo(new EvaluationSummary(
                        "bees: \"and\" ants", "val", 153, Map.of("top1", 0.9477124, "loss", 0.21, "ece", 0.03)));
        LoadedModel model = SmallModels.of("resnet18+blocks=1-1+widths=4-8");
        write(model, "hub", new ExportFormat.HuggingFace(Optional.of(evaluation)));
        assertThat(folder.resolve("hub/README.md"))
                .content()
                .startsWith("---\nlibrary_name: transformers\n")
                .contains("name: \"bees: \\\"and\\\" ants\"", "- type: accuracy\n      value: 0.9477124")
                .contains("On 153 images", "| top1 | 94.77 % |", "| loss | 0.2100 |")
                .doesNotContain("top5");
    }

    @ParameterizedTest
    @CsvSource({"model.onnx, --format onnx, model.safetensors", "model.pth, --format pth, model.safetensors"})
    void namesOfOtherFormatsAreRefused(String name, String advice, String better) {
        assertThatThrownBy(() -> write(null, name, new ExportFormat.SafeTensors()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(advice)
                .hasMessageContaining(better);
        assertThat(files()).isEmpty();
    }

    @Test
    void aFileIsReplacedAndNothingElseIsLeft() {
        LoadedModel first = SmallModels.of("resnet18+blocks=1-1+widths=4-8");
        LoadedModel second = SmallModels.of("cifar-resnet20+blocks=1-1-1");
        for (ExportFormat format : List.of(new ExportFormat.Torch(), new ExportFormat.Onnx(OnnxInput.FLOAT32))) {
            String name = "a b [1]." + format.name();
            write(first, name, format);
            write(second, name, format);
        }
        assertThat(load("a b [1].pth", "cifar-resnet20+blocks=1-1-1").weights()).isEqualTo(second.weights());
        assertThat(files()).containsExactlyInAnyOrder("a b [1].pth", "a b [1].json", "a b [1].onnx");
    }

    private List<String> files() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
