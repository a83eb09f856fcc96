package io.resnetspark.pipeline.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.model.error.ConfigurationException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** An MLflow tracking server and the experiment on it that runs belong to. */
public final class MlflowServer {

    /** Tag by which a run is found again, so that work that was interrupted continues its run. */
    static final String KEY_TAG = "resnet-spark.key";

    private final MlflowApi api;
    private final String experimentId;

    private MlflowServer(MlflowApi api, String experimentId) {
        this.api = api;
        this.experimentId = experimentId;
    }

    /**
     * Finds the experiment, or makes it.
     *
     * @return empty if the configuration names no server
     * @throws ConfigurationException if the server does not answer as an MLflow server does, or the experiment is deleted
     */
    public static Optional<MlflowServer> connect(MlflowConfig config) {
        return config.uri().map(uri -> connect(uri.replaceAll("/+$", ""), config.experiment()));
    }

    private static MlflowServer connect(String uri, String experiment) {
        MlflowApi api = new MlflowApi(uri);
        try {
            JsonNode found = api.get("experiments/get-by-name", "experiment_name", experiment)
                    .map(answer -> answer.path("experiment"))
                    .orElseGet(() -> api.post(
                            "experiments/create",
                            MlflowApi.JSON.createObjectNode().put("name", experiment)));
            String id = found.path("experiment_id").asText();
            if (found.path("lifecycle_stage").asText().equals("deleted")) {
                throw new ConfigurationException(
                        "The MLflow experiment \"%s\" on %s is deleted and takes no runs; restore it with mlflow experiments restore --experiment-id %s, or name another one in mlflow.experiment"
                                .formatted(experiment, uri, id));
            }
            return new MlflowServer(api, id);
        } catch (MlflowException e) {
            throw new ConfigurationException(
                    "No MLflow tracking server at %s: %s. Start it, or leave out --mlflow"
                            .formatted(uri, e.getMessage()),
                    e);
        }
    }

    /**
     * The run of that key, or a new one.
     *
     * @param key identifies the work: done again or continued, it goes to the same run
     * @param name for people
     * @param tags set on a new run
     * @throws MlflowException if the server refuses
     */
    public MlflowRun run(String key, String name, Map<String, String> tags) {
        String quotable = key.replace("'", "");
        ObjectNode search = MlflowApi.JSON
                .createObjectNode()
                .put("filter", "tags.`%s` = '%s'".formatted(KEY_TAG, quotable))
                .put("max_results", 1);
        search.putArray("experiment_ids").add(experimentId);
        JsonNode known = api.post("runs/search", search).path("runs").path(0);
        if (!known.isMissingNode()) {
            return new MlflowRun(api, known.path("info"));
        }
        ObjectNode create = MlflowApi.JSON
                .createObjectNode()
                .put("experiment_id", experimentId)
                .put("run_name", name)
                .put("start_time", System.currentTimeMillis());
        Map<String, String> all = new LinkedHashMap<>(tags);
        all.put(KEY_TAG, quotable);
        all.put("mlflow.runName", name);
        all.put("mlflow.source.name", "resnet-spark");
        all.put("mlflow.user", System.getProperty("user.name"));
        ArrayNode list = create.putArray("tags");
        all.forEach((tag, value) -> list.addObject().put("key", tag).put("value", value));
        return new MlflowRun(api, api.post("runs/create", create).path("run").path("info"));
    }
}
