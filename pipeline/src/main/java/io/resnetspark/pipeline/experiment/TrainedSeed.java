package io.resnetspark.pipeline.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.RunManifest;
import io.resnetspark.pipeline.run.TrainingStatus;
import java.util.ArrayList;
import java.util.List;

/**
 * What a training with one seed left in its run.
 *
 * @param training its line of the experiment
 * @param seed of weights, order and augmentation
 * @param status how its run stands
 * @param parameters trainable parameters of the network
 * @param epochs those that were finished
 */
record TrainedSeed(Training training, long seed, TrainingStatus status, long parameters, List<EpochResult> epochs) {

    boolean isFinished() {
        return status == TrainingStatus.DONE || status == TrainingStatus.DIVERGED;
    }

    /** The measure after the last epoch; NaN for a training that diverged. */
    double result(Measure measure) {
        return status == TrainingStatus.DONE ? measure.of(epochs.get(epochs.size() - 1)) : Double.NaN;
    }

    static TrainedSeed read(Training training, long seed, RunDirectory run) {
        RunManifest manifest = run.manifest();
        List<EpochResult> epochs = new ArrayList<>();
        long images = 0;
        double seconds = 0;
        long workerBytes = 0;
        long driverBytes = 0;
        for (String line : run.metrics()) {
            JsonNode metrics = parse(run, line);
            String type = metrics.path("type").asText();
            if (type.equals("round")) {
                workerBytes += metrics.path("workerSentBytes").asLong();
                driverBytes += metrics.path("driverBytes").asLong();
            }
            if (!type.equals("epoch")) {
                continue;
            }
            images += metrics.path("examples").asLong();
            seconds += metrics.path("seconds").asDouble();
            JsonNode judged = metrics.path("validation");
            epochs.add(new EpochResult(
                    metrics.path("epoch").asInt(),
                    images,
                    metrics.path("loss").asDouble(),
                    1 - metrics.path("accuracy").asDouble(),
                    judged.path("loss").asDouble(Double.NaN),
                    1 - judged.path("accuracy").asDouble(Double.NaN),
                    seconds,
                    workerBytes,
                    driverBytes));
        }
        return new TrainedSeed(training, seed, manifest.status(), manifest.parameters(), List.copyOf(epochs));
    }

    private static JsonNode parse(RunDirectory run, String line) {
        try {
            return RunDirectory.JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new BadDataException("The metrics of %s are damaged at \"%s\"".formatted(run.path(), line), e);
        }
    }
}
