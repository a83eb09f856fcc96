package io.resnetspark.pipeline.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.registry.Lineage;
import io.resnetspark.pipeline.registry.RegisteredModel;
import io.resnetspark.pipeline.registry.RegisteredVersion;
import io.resnetspark.pipeline.registry.RegistryState;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the champion of a registered model in MLflow's registry too, under the same name and the alias {@code champion}:
 * {@code models:/NAME@champion} is always the model that our registry promotes. Said again, nothing changes.
 */
public final class ChampionTracking {

    private static final Logger LOG = LoggerFactory.getLogger(ChampionTracking.class);
    private static final String VERSION_TAG = "resnet-spark.version";

    private ChampionTracking() {}

    /** Tells who is champion. A server that does not answer is warned of. */
    public static void log(MlflowServer server, RegisteredModel model) {
        if (model.state().champion().isEmpty()) {
            return;
        }
        try {
            log(server, model.version(RegistryState.CHAMPION));
        } catch (MlflowException | BadDataException e) {
            LOG.warn("MLflow could not be told about the champion of {}: {}", model.name(), e.getMessage());
        }
    }

    private static void log(MlflowServer server, RegisteredVersion champion) {
        MlflowApi api = server.api();
        String name = champion.model();
        api.create("registered-models/create", MlflowApi.JSON.createObjectNode().put("name", name));
        String version = known(api, champion).orElseGet(() -> register(server, champion));
        api.post(
                "registered-models/alias",
                MlflowApi.JSON
                        .createObjectNode()
                        .put("name", name)
                        .put("alias", RegistryState.CHAMPION)
                        .put("version", version));
    }

    private static Optional<String> known(MlflowApi api, RegisteredVersion champion) {
        String filter = "name='%s' and tags.`%s` = '%s'".formatted(champion.model(), VERSION_TAG, tag(champion));
        JsonNode versions = api.get("model-versions/search", "filter", filter)
                .map(answer -> answer.path("model_versions"))
                .orElseGet(MlflowApi.JSON::createArrayNode);
        return versions.isEmpty()
                ? Optional.empty()
                : Optional.of(versions.path(0).path("version").asText());
    }

    /** Of this version and no other, whatever registries there are. */
    private static String tag(RegisteredVersion version) {
        return "%s %s".formatted(version.reference(), version.path());
    }

    private static String register(MlflowServer server, RegisteredVersion champion) {
        RegisteredVersion.StoredModel stored = champion.load();
        LoadedModel model = new LoadedModel(stored.card(), stored.weights(), champion.toString());
        Optional<Lineage.RunOrigin> origin = champion.document().lineage().run();
        MlflowRun run = server.run(
                origin.map(Lineage.RunOrigin::id).orElse("registry " + tag(champion)),
                champion.toString(),
                Map.of(),
                Optional.empty());
        // Usually what the training left, unless another of its checkpoints was registered.
        String path = run.hasModel(model, TrainingTracking.MODEL)
                ? TrainingTracking.MODEL
                : "%s-%d".formatted(champion.model(), champion.version());
        String source = run.model(model, path);
        run.finish(MlflowRun.Status.FINISHED);
        ObjectNode request = MlflowApi.JSON
                .createObjectNode()
                .put("name", champion.model())
                .put("source", source)
                .put("run_id", run.id())
                .put(
                        "description",
                        "Version %d of %s, %s".formatted(champion.version(), champion.model(), champion.path()));
        request.putArray("tags").addObject().put("key", VERSION_TAG).put("value", tag(champion));
        return server.api()
                .post("model-versions/create", request)
                .path("model_version")
                .path("version")
                .asText();
    }
}
