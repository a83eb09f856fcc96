package io.resnetspark.pipeline.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is to become a version. Versions never change, so metrics and reports come with them: evaluate first, then add.
 *
 * @param card network, class names, preprocessing
 * @param weights under torchvision's keys
 * @param lineage what it was made from
 * @param metrics by name: shares in 0..1, losses in nats
 * @param attachments content of files to keep with it, by name such as {@code report/index.html}
 */
public record NewVersion(
        ModelCard card,
        StateDict weights,
        Lineage lineage,
        SortedMap<String, Double> metrics,
        Map<String, byte[]> attachments) {

    private static final List<String> REPORT_FILES = List.of("index.html", "per_class.csv", "report.json");
    private static final List<String> REPORT_METRICS = List.of("top1", "top5", "loss", "ece");

    public NewVersion {
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
        attachments = Collections.unmodifiableMap(new LinkedHashMap<>(attachments));
    }

    /** Weights that did not come from a run, or whose run is described otherwise. */
    public static NewVersion of(ModelCard card, StateDict weights, Lineage lineage) {
        return new NewVersion(card, weights, lineage, new TreeMap<>(), Map.of());
    }

    /**
     * The model of a run: its best checkpoint where it validates, else its newest.
     *
     * @throws BadDataException if there is no run or no whole checkpoint
     */
    public static NewVersion ofRun(RunDirectory run) {
        return of(run, run.model());
    }

    /**
     * One checkpoint of a run.
     *
     * @throws BadDataException if it is missing or damaged
     */
    public static NewVersion ofCheckpoint(RunDirectory run, String checkpoint) {
        return of(run, run.readCheckpoint(checkpoint));
    }

    private static NewVersion of(RunDirectory run, Checkpoint checkpoint) {
        String name = RunDirectory.checkpointName(checkpoint.position().round());
        SortedMap<String, Double> metrics = new TreeMap<>();
        run.best().filter(best -> best.checkpoint().equals(name)).ifPresent(best -> {
            metrics.put("val_top1", best.accuracy());
            metrics.put("val_loss", best.loss());
        });
        StateDict weights = NetworkWeights.fromFlat(
                ParameterLayout.of(checkpoint.card().spec()), checkpoint.state().parameters());
        return new NewVersion(
                checkpoint.card(), weights, Lineage.of(run.manifest(), run.path(), name), metrics, Map.of());
    }

    /** With these metrics over those it has. */
    public NewVersion withMetrics(Map<String, Double> more) {
        SortedMap<String, Double> all = new TreeMap<>(metrics);
        all.putAll(more);
        return new NewVersion(card, weights, lineage, all, attachments);
    }

    /** With another file. */
    public NewVersion withAttachment(String name, byte[] content) {
        Map<String, byte[]> all = new LinkedHashMap<>(attachments);
        all.put(name, content);
        return new NewVersion(card, weights, lineage, metrics, all);
    }

    /**
     * With the report of an evaluation, and its numbers as metrics: {@code test_top1}, {@code test_loss} and so on, by
     * the split judged on.
     *
     * @param report directory that {@code evaluate} wrote
     * @throws BadDataException if there is no readable report
     */
    public NewVersion withReport(AtomicStore report) {
        JsonNode json = JsonDocument.parse(
                report.read("report.json")
                        .orElseThrow(() -> new BadDataException(
                                "%s holds no report.json; run `evaluate` to make it".formatted(report.root()))),
                report.path("report.json").toString());
        String split = json.path("dataset").path("split").asText("test");
        Map<String, Double> measured = new TreeMap<>();
        for (String metric : REPORT_METRICS) {
            if (json.path(metric).isNumber()) {
                measured.put(split + "_" + metric, json.path(metric).asDouble());
            }
        }
        NewVersion with = withMetrics(measured);
        for (String file : REPORT_FILES) {
            byte[] content = report.read(file).orElse(null);
            if (content != null) {
                with = with.withAttachment("report/" + file, content);
            }
        }
        return with;
    }
}
