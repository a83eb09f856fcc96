package io.resnetspark.pipeline.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.RunManifest;
import java.util.ArrayList;
import java.util.List;

/** Reads a run's curves from its {@code metrics.jsonl}. */
public final class RunHistory {

    private RunHistory() {}

    /** The curves of a run, however far it is. */
    public static RunCurves of(RunDirectory run) {
        RunManifest manifest = run.manifest();
        List<RunCurves.Round> rounds = new ArrayList<>();
        List<RunCurves.Validation> validations = new ArrayList<>();
        List<RunCurves.BatchNorm> batchNorm = new ArrayList<>();
        for (String line : run.metrics()) {
            JsonNode metrics = parse(run, line);
            if (metrics.path("type").asText().equals("round")) {
                rounds.add(new RunCurves.Round(
                        metrics.path("round").asLong(),
                        metrics.path("progress").asDouble(),
                        metrics.path("loss").asDouble(),
                        metrics.path("accuracy").asDouble(),
                        metrics.path("learningRate").asDouble(),
                        metrics.path("imagesPerSecond").asDouble(),
                        metrics.path("trainSeconds").asDouble(),
                        metrics.path("reduceSeconds").asDouble(),
                        metrics.path("broadcastSeconds").asDouble()));
            } else if (metrics.path("type").asText().equals("batch-norm")) {
                double epoch = metrics.path("epoch").asDouble();
                batchNorm.add(new RunCurves.BatchNorm(
                        epoch,
                        metrics.path("images").asLong(),
                        validation(epoch, metrics.path("before")),
                        validation(epoch, metrics.path("after"))));
            } else if (metrics.path("validation").isObject()) {
                validations.add(validation(metrics.path("epoch").asDouble(), metrics.path("validation")));
            }
        }
        return new RunCurves(
                manifest.id(), manifest.config().path("epochs").asDouble(), rounds, validations, batchNorm);
    }

    private static RunCurves.Validation validation(double epoch, JsonNode validation) {
        return new RunCurves.Validation(
                epoch,
                validation.path("loss").asDouble(Double.NaN),
                validation.path("accuracy").asDouble(Double.NaN));
    }

    private static JsonNode parse(RunDirectory run, String line) {
        try {
            return RunDirectory.JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new BadDataException("The metrics of %s are damaged at \"%s\"".formatted(run.path(), line), e);
        }
    }
}
