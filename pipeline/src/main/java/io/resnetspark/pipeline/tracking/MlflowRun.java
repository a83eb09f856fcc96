package io.resnetspark.pipeline.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One run on a tracking server. Every method throws {@link MlflowException} if the server refuses. */
public final class MlflowRun {

    /** How a run ended. */
    public enum Status {
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

    private final MlflowApi api;
    private final String id;
    private final String artifactUri;

    MlflowRun(MlflowApi api, JsonNode info) {
        this.api = api;
        this.id = info.path("run_id").asText();
        this.artifactUri = info.path("artifact_uri").asText();
    }

    /** Given by the server. */
    public String id() {
        return id;
    }

    /** Logs parameters; values longer than 500 characters are cut. Parameters of a run never change on the server. */
    public void parameters(Map<String, String> parameters) {
        List<String> keys = List.copyOf(parameters.keySet());
        for (int from = 0; from < keys.size(); from += PARAMETERS_PER_REQUEST) {
            ObjectNode batch = request();
            ArrayNode list = batch.putArray("params");
            for (String key : keys.subList(from, Math.min(keys.size(), from + PARAMETERS_PER_REQUEST))) {
                list.addObject().put("key", key).put("value", start(parameters.get(key)));
            }
            api.post("runs/log-batch", batch);
        }
    }

    private static String start(String value) {
        return value.length() <= PARAMETER_CHARACTERS ? value : value.substring(0, PARAMETER_CHARACTERS - 1) + "…";
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

    public void tag(String key, String value) {
        api.post("runs/set-tag", request().put("key", key).put("value", value));
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
        if (artifactUri.startsWith("mlflow-artifacts:")) {
            String root = URI.create(artifactUri).getPath();
            files.forEach((name, content) -> api.putArtifact(root + "/" + name, content, contentType(name)));
        }
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

    public void finish(Status status) {
        api.post("runs/update", request().put("status", status.name()).put("end_time", System.currentTimeMillis()));
    }

    private ObjectNode request() {
        return MlflowApi.JSON.createObjectNode().put("run_id", id);
    }
}
