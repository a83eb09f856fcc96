package io.resnetspark.pipeline.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.pipeline.model.LoadedModel;
import java.net.URI;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One run on a tracking server. Every method throws {@link MlflowException} if the server refuses. */
public final class MlflowRun {

    /** How a run stands. */
    public enum Status {
        RUNNING,
        FINISHED,
        FAILED
    }

    /**
     * @param key its name
     * @param value those that are not finite are left out
     * @param step on the axis of the metric, for example the round
     * @param atMillis since the epoch
     */
    public record Measurement(String key, double value, long step, long atMillis) {}

    /** What every server takes in one request and in one value. */
    private static final int METRICS_PER_REQUEST = 1000;

    private static final int PARAMETERS_PER_REQUEST = 100;
    private static final int PARAMETER_CHARACTERS = 500;
    private static final int TAG_CHARACTERS = 5000;

    /** Fingerprint of the model at a path; followed by the path. */
    private static final String MODEL_TAG = "resnet-spark.model.";

    private final MlflowApi api;
    private final String id;
    private final String artifactUri;
    private final Map<String, String> tags = new LinkedHashMap<>();
    private final Map<String, Long> lastSteps = new HashMap<>();

    MlflowRun(MlflowApi api, JsonNode run) {
        this.api = api;
        this.id = run.path("info").path("run_id").asText();
        this.artifactUri = run.path("info").path("artifact_uri").asText();
        run.at("/data/tags")
                .forEach(tag ->
                        tags.put(tag.path("key").asText(), tag.path("value").asText()));
        run.at("/data/metrics")
                .forEach(metric -> lastSteps.put(
                        metric.path("key").asText(), metric.path("step").asLong()));
    }

    /** The last step of a metric when the run was found; -1 if it had none. */
    long lastStep(String metric) {
        return lastSteps.getOrDefault(metric, -1L);
    }

    /** Given by the server. */
    public String id() {
        return id;
    }

    /** Goes on after it ended. */
    MlflowRun resumed() {
        api.post("runs/update", request().put("status", Status.RUNNING.name()));
        return this;
    }

    /** Logs parameters; values longer than 500 characters are cut. Parameters of a run never change on the server. */
    public void parameters(Map<String, String> parameters) {
        List<String> keys = List.copyOf(parameters.keySet());
        for (int from = 0; from < keys.size(); from += PARAMETERS_PER_REQUEST) {
            ObjectNode batch = request();
            ArrayNode list = batch.putArray("params");
            for (String key : keys.subList(from, Math.min(keys.size(), from + PARAMETERS_PER_REQUEST))) {
                list.addObject().put("key", key).put("value", start(parameters.get(key), PARAMETER_CHARACTERS));
            }
            api.post("runs/log-batch", batch);
        }
    }

    private static String start(String value, int characters) {
        return value.length() <= characters ? value : value.substring(0, characters - 1) + "…";
    }

    /** Logs metrics. */
    public void measurements(List<Measurement> measurements) {
        List<Measurement> finite = measurements.stream()
                .filter(measurement -> Double.isFinite(measurement.value()))
                .toList();
        for (int from = 0; from < finite.size(); from += METRICS_PER_REQUEST) {
            ObjectNode batch = request();
            ArrayNode list = batch.putArray("metrics");
            for (Measurement each : finite.subList(from, Math.min(finite.size(), from + METRICS_PER_REQUEST))) {
                list.addObject()
                        .put("key", each.key())
                        .put("value", each.value())
                        .put("timestamp", each.atMillis())
                        .put("step", each.step());
            }
            api.post("runs/log-batch", batch);
        }
    }

    /** Logs metrics that are measured once. */
    public void measurements(Map<String, Double> values) {
        long now = System.currentTimeMillis();
        measurements(values.entrySet().stream()
                .map(value -> new Measurement(value.getKey(), value.getValue(), 0, now))
                .toList());
    }

    public void tag(String key, String value) {
        api.post("runs/set-tag", request().put("key", key).put("value", start(value, TAG_CHARACTERS)));
        tags.put(key, value);
    }

    /** Logs datasets that the run reads. Said again, nothing changes. */
    public void inputs(List<DatasetInput> inputs) {
        ObjectNode request = request();
        ArrayNode list = request.putArray("datasets");
        inputs.forEach(input -> list.add(input.json()));
        api.post("runs/log-inputs", request);
    }

    /**
     * Stores files with the run where the server keeps artifacts itself ({@code mlflow-artifacts:}, its default). Else only
     * a tag says where they are.
     *
     * @param files content by name, for example {@code report/index.html}
     * @param path of the directory they are in
     */
    public void files(Map<String, byte[]> files, String path) {
        tag("resnet-spark.files", path);
        if (takesFiles()) {
            put(files);
        }
    }

    private boolean takesFiles() {
        return artifactUri.startsWith("mlflow-artifacts:");
    }

    private void put(Map<String, byte[]> files) {
        String root = URI.create(artifactUri).getPath();
        files.forEach((name, content) -> api.putArtifact(root + "/" + name, content, contentType(name)));
    }

    /**
     * Stores a model with the run, in MLflow's format, unless it is there: {@code runs:/ID/PATH} for MLflow's tools.
     *
     * @param path in the run's artifacts
     * @return where it is, for the registry
     * @throws MlflowException also where the server does not keep artifacts itself
     */
    String model(LoadedModel model, String path) {
        if (!takesFiles()) {
            throw new MlflowException(
                    MlflowException.NO_RESPONSE,
                    "the model cannot be stored, as artifacts go to %s and not through the server (mlflow server --serve-artifacts)"
                            .formatted(artifactUri),
                    null);
        }
        String source = artifactUri + "/" + path;
        if (!model.fingerprint().equals(tags.get(MODEL_TAG + path))) {
            MlflowModel folder = new MlflowModel(model, id, path, api.version());
            Map<String, byte[]> files = new LinkedHashMap<>();
            folder.files().forEach((name, content) -> files.put(path + "/" + name, content));
            put(files);
            // What makes a folder a model of the run for MLflow 2 and 3 alike.
            api.post(
                    "runs/log-model",
                    request().put("model_json", folder.description().toString()));
            tag(MODEL_TAG + path, model.fingerprint());
        }
        return source;
    }

    /** Whether this very model is stored at a path. */
    boolean hasModel(LoadedModel model, String path) {
        return model.fingerprint().equals(tags.get(MODEL_TAG + path));
    }

    private static String contentType(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".html")) {
            return "text/html";
        }
        if (lower.endsWith(".csv")) {
            return "text/csv";
        }
        return lower.endsWith(".json") ? "application/json" : "application/octet-stream";
    }

    /** Says that the run has ended. */
    public void finish(Status status) {
        api.post("runs/update", request().put("status", status.name()).put("end_time", System.currentTimeMillis()));
    }

    private ObjectNode request() {
        return MlflowApi.JSON.createObjectNode().put("run_id", id);
    }
}
