package io.resnetspark.pipeline.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.onnx.OnnxInput;
import io.resnetspark.model.onnx.OnnxModel;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A model as MLflow stores one: the folder that {@code mlflow.onnx.save_model} writes. It takes the pixels of images, uint8
 * {@code [N, H, W, C]}, resized and cropped as its metadata say, and answers {@code logits}, {@code [N, classes]}; names of
 * the classes are in the metadata.
 */
final class MlflowModel {

    private static final String MODEL = "model.onnx";
    private static final String EXAMPLE = "input_example.json";
    private static final String SERVING_EXAMPLE = "serving_input_example.json";

    /** For tools that make an environment of their own; the model does not depend on it. */
    private static final String PYTHON = "3.11";

    /** The first ONNX that has the model's operator set, and a runtime for it. */
    private static final List<String> LIBRARIES = List.of("numpy", "onnx>=1.12", "onnxruntime>=1.12");

    private static final DateTimeFormatter UTC = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS");

    private final LoadedModel model;
    private final String run;
    private final String path;
    private final String mlflow;
    private final String uuid = UUID.randomUUID().toString().replace("-", "");
    private final LocalDateTime created = LocalDateTime.now(ZoneOffset.UTC);

    /**
     * @param run id of the run it is stored with
     * @param path in the run's artifacts
     * @param mlflow version of MLflow that it is for
     */
    MlflowModel(LoadedModel model, String run, String path, String mlflow) {
        this.model = model;
        this.run = run;
        this.path = path;
        this.mlflow = mlflow;
    }

    /** The files by name. */
    Map<String, byte[]> files() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(MODEL, onnx());
        String example = example();
        files.put(EXAMPLE, utf8(example));
        files.put(SERVING_EXAMPLE, utf8("{\"inputs\": %s}".formatted(example)));
        files.put("requirements.txt", utf8(requirements() + "\n"));
        files.put("python_env.yaml", utf8("""
                python: "%s"
                build_dependencies:
                - pip
                - setuptools
                - wheel
                dependencies:
                - -r requirements.txt
                """.formatted(PYTHON)));
        files.put("conda.yaml", utf8("""
                channels:
                - conda-forge
                dependencies:
                - python=%s
                - pip
                - pip:
                  - %s
                name: mlflow-env
                """.formatted(PYTHON, requirements().replace("\n", "\n  - "))));
        files.put("MLmodel", utf8(description().toPrettyString() + "\n")); // YAML, which JSON is
        return files;
    }

    private String requirements() {
        return "mlflow==%s\n%s".formatted(mlflow, String.join("\n", LIBRARIES));
    }

    private byte[] onnx() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            OnnxModel.write(model.card(), model.weights(), OnnxInput.UINT8, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written", e);
        }
        return bytes.toByteArray();
    }

    /** One image in the mean colour of those that the network was trained on, as nested arrays of JSON. */
    private String example() {
        Preprocessing preprocessing = model.card().preprocessing();
        ArrayNode pixel = MlflowApi.JSON.createArrayNode();
        preprocessing.mean().forEach(mean -> pixel.add(Math.round(255 * mean)));
        int size = preprocessing.inputSize();
        String row = "[" + (pixel + ", ").repeat(size - 1) + pixel + "]";
        return "[[" + (row + ", ").repeat(size - 1) + row + "]]";
    }

    /** The content of {@code MLmodel}. */
    JsonNode description() {
        ModelCard card = model.card();
        int size = card.preprocessing().inputSize();
        ObjectNode description = MlflowApi.JSON.createObjectNode();
        description
                .put("artifact_path", path)
                .put("run_id", run)
                .put("model_uuid", uuid)
                .put("mlflow_version", mlflow)
                .put("utc_time_created", UTC.format(created));
        ObjectNode flavors = description.putObject("flavors");
        ObjectNode onnx = flavors.putObject("onnx")
                .put("data", MODEL)
                .put("onnx_version", "1.12.0")
                .putNull("onnx_session_options")
                .putNull("code");
        onnx.putArray("providers").add("CUDAExecutionProvider").add("CPUExecutionProvider");
        flavors.putObject("python_function")
                .put("data", MODEL)
                .put("loader_module", "mlflow.onnx")
                .put("python_version", PYTHON)
                .putObject("env")
                .put("conda", "conda.yaml")
                .put("virtualenv", "python_env.yaml");
        description
                .putObject("signature")
                .put("inputs", tensor("", "uint8", size, size, card.spec().channels()))
                .put("outputs", tensor(OnnxModel.LOGITS, "float32", card.spec().classes()))
                .putNull("params");
        description
                .putObject("saved_input_example_info")
                .put("artifact_path", EXAMPLE)
                .put("serving_input_path", SERVING_EXAMPLE)
                .put("type", "ndarray");
        ObjectNode metadata = description.putObject("metadata");
        metadata.set(OnnxModel.CLASSES, MlflowApi.JSON.valueToTree(card.labels()));
        metadata.set(OnnxModel.PREPROCESSING, JsonDocument.tree(card.preprocessing()));
        metadata.put("architecture", card.spec().architecture());
        metadata.put("source", model.description());
        metadata.put("fingerprint", model.fingerprint());
        return description;
    }

    /** MLflow's signature of one tensor with a batch axis, as JSON in a text. */
    private static String tensor(String name, String type, long... shape) {
        ObjectNode spec = MlflowApi.JSON.createObjectNode().put("type", "tensor");
        if (!name.isEmpty()) {
            spec.put("name", name);
        }
        ArrayNode axes = spec.putObject("tensor-spec")
                .put("dtype", type)
                .putArray("shape")
                .add(-1);
        for (long axis : shape) {
            axes.add(axis);
        }
        return MlflowApi.JSON.createArrayNode().add(spec).toString();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
