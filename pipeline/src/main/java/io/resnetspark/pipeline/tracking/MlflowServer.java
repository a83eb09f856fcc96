package io.resnetspark.pipeline.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.model.error.ConfigurationException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** An MLflow tracking server and the experiment on it that runs belong to. */
public final class MlflowServer {

    /** Tag by which a run is found again, so that work that was interrupted continues its run. */
    static final String KEY_TAG = "resnet-spark.key";

    private static final String PARENT_TAG = "mlflow.parentRunId";
    private static final String LAST_USED_TAG = "resnet-spark.last-used";

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
     * @throws ConfigurationException if the server does not answer as an MLflow server does, does not let us write, or the
     *     experiment is deleted
     */
    public static Optional<MlflowServer> connect(MlflowConfig config) {
        return connect(config, System.getenv());
    }

    /** @param environment with credentials and names of proxies */
    static Optional<MlflowServer> connect(MlflowConfig config, Map<String, String> environment) {
        return config.uri().map(uri -> connect(uri.replaceAll("/+$", ""), config.experiment(), environment));
    }

    private static MlflowServer connect(String uri, String experiment, Map<String, String> environment) {
        MlflowApi api = new MlflowApi(uri, environment);
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
            // Who may read need not be allowed to write, and that is better found now than when there is a result.
            api.post(
                    "experiments/set-experiment-tag",
                    MlflowApi.JSON
                            .createObjectNode()
                            .put("experiment_id", id)
                            .put("key", LAST_USED_TAG)
                            .put("value", Instant.now().toString()));
            return new MlflowServer(api, id);
        } catch (MlflowException e) {
            throw new ConfigurationException(
                    "MLflow at %s cannot be used: %s. %s, or leave out --mlflow"
                            .formatted(uri, e.getMessage(), remedy(e, api, experiment, environment)),
                    e);
        }
    }

    private static String remedy(
            MlflowException failure, MlflowApi api, String experiment, Map<String, String> environment) {
        return switch (failure.status()) {
            case 401 ->
                api.hasCredentials()
                        ? "The credentials are wrong or have expired: renew MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
                        : "It wants credentials: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN";
            case 403 ->
                "These credentials may not write to the experiment \"%s\": have its owner permit it, name another one in mlflow.experiment, or renew a token that has expired"
                        .formatted(experiment);
            case 407 ->
                "A proxy on the way wants credentials: take it out of the way with -Dhttp.nonProxyHosts, or let the proxy pass this host";
            case MlflowException.NO_RESPONSE ->
                proxyOf(environment)
                        .map(variable ->
                                "%s is set, which Java does not read: name the proxy with JAVA_TOOL_OPTIONS=\"-Dhttp.proxyHost=… -Dhttp.proxyPort=… -Dhttps.proxyHost=… -Dhttps.proxyPort=…\""
                                        .formatted(variable))
                        .orElse("Start it");
            default -> "Look at the address and at what lies before the server";
        };
    }

    private static Optional<String> proxyOf(Map<String, String> environment) {
        return Stream.of("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
                .filter(environment::containsKey)
                .findFirst();
    }

    /** The run that others are nested in; made if there is none. */
    public MlflowRun run(ParentRun parent) {
        return run(parent.key(), parent.name(), Map.of(), Optional.empty());
    }

    /**
     * The run of that key, or a new one.
     *
     * @param key identifies the work: done again or continued, it goes to the same run
     * @param name for people
     * @param tags set on a new run
     * @param parent that a new run is nested in
     * @throws MlflowException if the server refuses
     */
    public MlflowRun run(String key, String name, Map<String, String> tags, Optional<MlflowRun> parent) {
        String quotable = key.replace("'", "");
        ObjectNode search = MlflowApi.JSON
                .createObjectNode()
                .put("filter", "tags.`%s` = '%s'".formatted(KEY_TAG, quotable))
                .put("max_results", 1);
        search.putArray("experiment_ids").add(experimentId);
        JsonNode known = api.post("runs/search", search).path("runs").path(0);
        if (!known.isMissingNode()) {
            return new MlflowRun(api, known).resumed();
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
        parent.ifPresent(above -> all.put(PARENT_TAG, above.id()));
        ArrayNode list = create.putArray("tags");
        all.forEach((tag, value) -> list.addObject().put("key", tag).put("value", value));
        return new MlflowRun(api, api.post("runs/create", create).path("run"));
    }

    MlflowApi api() {
        return api;
    }
}
