package io.resnetspark.pipeline.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The headline of an evaluation.
 *
 * @param dataset name of the dataset
 * @param split judged on
 * @param examples how many there were
 * @param metrics by the names of {@code report.json}, those that it has
 */
public record EvaluationSummary(String dataset, String split, long examples, Map<String, Double> metrics) {

    private static final String FILE = "report.json";
    private static final List<String> METRICS = List.of("top1", "top5", "loss", "ece");

    /**
     * Reads it from a report.
     *
     * @param report the directory that {@code evaluate} wrote
     * @throws BadDataException if there is no readable report
     */
    public static EvaluationSummary of(AtomicStore report) {
        String path = report.path(FILE).toString();
        JsonNode json = JsonDocument.parse(
                report.read(FILE)
                        .orElseThrow(() -> new BadDataException(path + " does not exist; run `evaluate` to make it")),
                path);
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (String metric : METRICS) {
            if (json.path(metric).isNumber()) {
                metrics.put(metric, json.path(metric).asDouble());
            }
        }
        return new EvaluationSummary(
                json.path("dataset").path("name").asText("unknown"),
                json.path("dataset").path("split").asText("test"),
                json.path("examples").asLong(),
                metrics);
    }
}
