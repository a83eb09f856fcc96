package io.resnetspark.pipeline.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.pipeline.storage.Flattened;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;

/**
 * {@code run.json}: what was run, enough to run it again.
 *
 * @param formatVersion of this file
 * @param id of the run
 * @param createdAt ISO-8601 instant, UTC
 * @param progress how it stands
 * @param config resolved configuration
 * @param images what it is trained on
 * @param network what is trained
 * @param environment what computes
 */
@RecordBuilder
public record RunManifest(
        int formatVersion,
        String id,
        String createdAt,
        @Flattened Progress progress,
        JsonNode config,
        @Flattened Images images,
        @Flattened Network network,
        @Flattened Environment environment)
        implements RunManifestBuilder.With {

    public static final String FILE = "run.json";
    /** 1: names in camel case. */
    public static final int FORMAT_VERSION = 2;

    /**
     * @param status how the run stands
     * @param seconds of training so far, over all attempts
     * @param returns when the loss exploded and the training went back, oldest first
     */
    public record Progress(TrainingStatus status, double seconds, List<ReturnToCheckpoint> returns) {

        public Progress {
            returns = returns == null ? List.of() : List.copyOf(returns); // runs of earlier versions have none
        }
    }

    /**
     * @param dataset path of the dataset
     * @param datasetId id of the dataset
     * @param datasetVersion its version
     * @param trainExamples images of the training split
     * @param valExamples images of the validation split
     */
    public record Images(String dataset, String datasetId, int datasetVersion, int trainExamples, int valExamples) {}

    /**
     * @param parameters trainable parameters
     * @param weights where the initial weights came from
     */
    public record Network(long parameters, String weights) {}

    /**
     * @param kernels what computed
     * @param precision what it computed in; null in runs of earlier versions
     * @param threadsPerWorker compute threads each worker used
     * @param software versions of what ran, by name
     * @param spark master, and what tasks were asked to compute on
     */
    public record Environment(
            String kernels,
            String precision,
            int threadsPerWorker,
            Map<String, String> software,
            Map<String, String> spark) {

        /** What it is trained in. Earlier versions had single precision, and TF32 on GPUs. */
        public TrainingPrecision trainingPrecision() {
            if (precision != null) {
                return TrainingPrecision.named(precision);
            }
            return "cudnn".equals(spark.get("device")) ? TrainingPrecision.TF32 : TrainingPrecision.FP32;
        }
    }

    /** The same run with another status and duration. */
    public RunManifest with(TrainingStatus newStatus, double newSeconds) {
        return withProgress(new Progress(newStatus, newSeconds, progress.returns()));
    }

    /** The same run that went back as said. */
    public RunManifest withReturns(List<ReturnToCheckpoint> newReturns) {
        return withProgress(new Progress(progress.status(), progress.seconds(), newReturns));
    }
}
