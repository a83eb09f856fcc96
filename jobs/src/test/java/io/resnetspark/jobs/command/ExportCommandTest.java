package io.resnetspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkName;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelExport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code resnet export} as it is typed. */
class ExportCommandTest {

    @TempDir
    Path folder;

    private String out;
    private String err;

    @BeforeEach
    void makeModels() {
        write("resnet18+blocks=1-1+widths=4-8", "model");
        write(Architecture.CIFAR_RESNET20.label() + "+blocks=1-1-1", "cifar");
    }

    private void write(String network, String name) {
        ResNetSpec spec = NetworkName.parse(network).spec().withClasses(2).withInput(3, 32);
        ComputationGraph graph = ResNet.create(spec, 1);
        Preprocessing preprocessing =
                new Preprocessing(3, 32, 32, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
        ModelCard card = new ModelCard(spec, List.of("ants", "bees"), preprocessing);
        ModelExport.write(new LoadedModel(card, NetworkWeights.of(graph), name), folder.resolve(name + ".safetensors"));
        ResNet.close(graph);
    }

    private int export(String model, String output, String... options) {
        List<String> arguments = new ArrayList<>(List.of("export", "--model", folder.resolve(model) + ".safetensors"));
        arguments.addAll(List.of("--output", folder.resolve(output).toString()));
        arguments.addAll(List.of(options));
        StringWriter standardOut = new StringWriter();
        StringWriter standardErr = new StringWriter();
        int code = Commands.commandLine()
                .setOut(new PrintWriter(standardOut, true))
                .setErr(new PrintWriter(standardErr, true))
                .execute(arguments.toArray(String[]::new));
        out = standardOut.toString();
        err = standardErr.toString();
        return code;
    }

    @Test
    void everyFormatSaysWhatItWrote() throws IOException {
        assertThat(export("model", "a.safetensors")).isZero();
        assertThat(out)
                .contains("Weights: %s/a.safetensors%nLabels and preprocessing: %s/a.json".formatted(folder, folder));
        assertThat(export("model", "b.pth", "--format", "pth")).isZero();
        assertThat(out).contains("Weights: %s/b.pth%nLabels and preprocessing: %s/b.json".formatted(folder, folder));
        assertThat(export("cifar", "c.onnx", "--format", "onnx", "--onnx-input", "uint8"))
                .isZero();
        assertThat(out).contains("ONNX: %s/c.onnx".formatted(folder)).doesNotContain("Labels");
        Path report = Files.createDirectories(folder.resolve("report"));
        Files.writeString(report.resolve("report.json"), "{\"examples\": 7, \"top1\": 0.5}");
        assertThat(export("model", "hub", "--format", "huggingface", "--report", report.toString()))
                .isZero();
        assertThat(out).contains("Folder: %s/hub".formatted(folder));
        assertThat(folder.resolve("hub/README.md")).content().contains("On 7 images");
    }

    @Test
    void mistakesAreToldBeforeAnythingIsWritten() {
        assertThat(export("model", "a.onnx")).isEqualTo(2);
        assertThat(err).contains("--format onnx");
        assertThat(export("model", "a.pth", "--format", "pth", "--onnx-input", "uint8"))
                .isEqualTo(2);
        assertThat(export("model", "a.pth", "--format", "pth", "--report", "reports/1"))
                .isEqualTo(2);
        assertThat(export("model", "a.h5", "--format", "keras")).isEqualTo(2);
        assertThat(export("cifar", "hub", "--format", "huggingface")).isEqualTo(2);
        assertThat(err).contains("cannot express cifar-resnet20");
        assertThat(folder).isDirectoryNotContaining("glob:**/{a.*,hub}");
    }
}
