package io.resnetspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.jobs.quickstart.SyntheticImages;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trained model is quantised, and goes wherever models go. */
class QuantizeCommandIT {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    private int run(String command, String... options) {
        out.getBuffer().setLength(0);
        List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
        arguments.addAll(List.of("--master", "local[2]", "--no-ui"));
        arguments.addAll(List.of(options));
        return Commands.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
    }

    private void succeed(String command, String... options) {
        assertThat(run(command, options)).as("%s: %s %s", command, out, err).isZero();
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private JsonNode report(String name) throws IOException {
        return new ObjectMapper()
                .readTree(directory.resolve(name).resolve("report.json").toFile());
    }

    @Test
    void fromTrainingToReportPredictionsRegistryAndOnnx() throws Exception {
        new SyntheticImages(16, 24, 1).writeTo(directory.resolve("images"));
        succeed(
                "prepare",
                "--format",
                "image-folder",
                "--input",
                path("images"),
                "--output",
                path("data"),
                "--image-size",
                "16",
                "--split",
                "train=0.7,test=0.3");
        succeed(
                "train",
                "--data",
                path("data"),
                "--output",
                path("run"),
                "--arch",
                "cifar-resnet20+blocks=1-1-1+widths=8-8-16",
                "--workers",
                "1",
                "--batch-size",
                "8",
                "--epochs",
                "3");

        assertThat(run(
                        "quantize",
                        "--model",
                        path("run"),
                        "--data",
                        path("data"),
                        "--split",
                        "val",
                        "--output",
                        path("x")))
                .isEqualTo(3);
        succeed("quantize", "--model", path("run"), "--data", path("data"), "--output", path("int8.safetensors"));
        assertThat(out.toString()).contains("maps calibrated by", "images of the train split");

        evaluated();
        predicted();

        succeed("registry add shapes", "--model", path("int8.safetensors"), "--registry", path("registry"));
        succeed(
                "export",
                "--model",
                "registry:shapes@1",
                "--registry",
                path("registry"),
                "--format",
                "onnx",
                "--output",
                path("int8.onnx"));
        assertThat(operators("int8.onnx"))
                .contains("QuantizeLinear", "DequantizeLinear")
                .doesNotContain("BatchNormalization");
        succeed(
                "export",
                "--model",
                path("int8.safetensors"),
                "--precision",
                "fp32",
                "--format",
                "onnx",
                "--output",
                path("fp32.onnx"));
        assertThat(operators("fp32.onnx")).contains("BatchNormalization").doesNotContain("QuantizeLinear");
    }

    private void evaluated() throws IOException {
        String data = path("data");
        succeed("evaluate", "--model", path("int8.safetensors"), "--data", data, "--output", path("in-int8"));
        assertThat(out.toString()).contains("int8 loses", "points of top-1", "against fp32");
        JsonNode integers = report("in-int8");
        assertThat(integers.at("/model/precision").asText()).isEqualTo("int8");
        assertThat(integers.at("/comparisons/0/second/precision").asText()).isEqualTo("fp32");
        assertThat(integers.at("/comparisons/0/difference_ci95")).hasSize(2);

        succeed("evaluate", "--model", path("run"), "--data", data, "--output", path("in-fp32"));
        assertThat(out.toString()).doesNotContain("against fp32");
        assertThat(report("in-fp32").at("/model/precision").asText()).isEqualTo("fp32");
        assertThat(report("in-fp32").at("/loss").asDouble())
                .as("the weights in the file are those of the run")
                .isEqualTo(integers.at("/comparisons/0/loss").asDouble())
                .isNotEqualTo(integers.at("/loss").asDouble());

        succeed("evaluate", "--model", path("run"), "--data", data, "--precision", "bf16", "--output", path("in-bf16"));
        assertThat(report("in-bf16").at("/model/precision").asText()).isEqualTo("bf16");

        assertThat(run(
                        "evaluate",
                        "--model",
                        path("run"),
                        "--data",
                        data,
                        "--precision",
                        "int8",
                        "--output",
                        path("x")))
                .isEqualTo(2);
        assertThat(err.toString()).contains("was not quantised", "quantize");
    }

    /** Predictions of another precision are another version's, side by side in one output. */
    private void predicted() throws IOException {
        succeed(
                "predict",
                "--input",
                path("images"),
                "--model",
                path("int8.safetensors"),
                "--output",
                path("predictions"));
        assertThat(out.toString()).contains("96 predicted");
        succeed(
                "predict",
                "--input",
                path("images"),
                "--model",
                path("int8.safetensors"),
                "--precision",
                "fp32",
                "--output",
                path("predictions"));
        assertThat(out.toString()).contains("96 predicted", "0 done before");
        List<Row> versions;
        try (SparkSession spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", false)
                .getOrCreate()) {
            versions = spark.read()
                    .parquet(path("predictions/predictions.parquet"))
                    .groupBy("model_version")
                    .count()
                    .orderBy("model_version")
                    .collectAsList();
        }
        assertThat(versions).extracting(row -> row.getLong(1)).containsExactly(96L, 96L);
        assertThat(versions.get(1).getString(0)).isEqualTo(versions.get(0).getString(0) + ", int8");
    }

    private List<String> operators(String file) throws IOException {
        return ModelProto.parseFrom(Files.readAllBytes(directory.resolve(file))).getGraph().getNodeList().stream()
                .map(NodeProto::getOpType)
                .toList();
    }
}
