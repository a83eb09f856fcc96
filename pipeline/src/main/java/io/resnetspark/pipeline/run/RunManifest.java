package io.resnetspark.pipeline.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.resnetspark.model.program.TrainingPrecision;
import java.util.List;
import java.util.Map;

/**
 * {@code run.json}: what was run, enough to run it again.
 *
 * @param formatVersion of this file
 * @param id of the run
 * @param createdAt ISO-8601 instant, UTC
 * @param status how it stands
 * @param config resolved configuration
 * @param dataset path of the dataset
 * @param datasetId id of the dataset
 * @param datasetVersion its version
 * @param trainExamples images of the training split
 * @param valExamples images of the validation split
 * @param parameters trainable parameters
 * @param threadsPerWorker compute threads each worker used
 * @param weights where the initial weights came from
 * @param kernels what computed
 * @param precision what it computed in; null in runs of earlier versions
 * @param software versions of what ran, by name
 * @param seconds of training so far, over all attempts
 * @param spark master, and what tasks were asked to compute on
 * @param returns when the loss exploded and the training went back, oldest first
 */
public record RunManifest(
        int formatVersion,
        String id,
        String createdAt,
        TrainingStatus status,
        JsonNode config,
        String dataset,
        String datasetId,
        int datasetVersion,
        int trainExamples,
        int valExamples,
        long parameters,
        int threadsPerWorker,
        String weights,
        String kernels,
        String precision,
        Map<String, String> software,
        double seconds,
        Map<String, String> spark,
        List<ReturnToCheckpoint> returns) {

    public static final String FILE = "run.json";
    /** 1: names in camel case. */
    public static final int FORMAT_VERSION = 2;

    public RunManifest {
        returns = returns == null ? List.of() : List.copyOf(returns); // runs of earlier versions have none
    }

    /** What it is trained in. Earlier versions had single precision, and TF32 on GPUs. */
    public TrainingPrecision trainingPrecision() {
        if (precision != null) {
            return TrainingPrecision.named(precision);
        }
        return "cudnn".equals(spark.get("device")) ? TrainingPrecision.TF32 : TrainingPrecision.FP32;
    }

    /** The same run with another status and duration. */
    public RunManifest with(TrainingStatus newStatus, double newSeconds) {
        return with(newStatus, newSeconds, returns);
    }

    /** The same run that went back as said. */
    public RunManifest withReturns(List<ReturnToCheckpoint> newReturns) {
        return with(status, seconds, newReturns);
    }

    private RunManifest with(TrainingStatus newStatus, double newSeconds, List<ReturnToCheckpoint> newReturns) {
        return new RunManifest(
                formatVersion,
                id,
                createdAt,
                newStatus,
                config,
                dataset,
                datasetId,
                datasetVersion,
                trainExamples,
                valExamples,
                parameters,
                threadsPerWorker,
                weights,
                kernels,
                precision,
                software,
                newSeconds,
                spark,
                newReturns);
    }
}
