package io.resnetspark.pipeline.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainingSummary;
import java.util.List;
import java.util.Map;

/** What is recorded and heard of runs that nobody trained. */
public final class TestRuns {

    private TestRuns() {}

    /** Of version 3 of a dataset with 100 images to train on and 10 to validate on. */
    public static RunManifest manifest(int formatVersion, TrainingStatus status, JsonNode config) {
        return RunManifestBuilder.builder()
                .formatVersion(formatVersion)
                .id("id-1")
                .createdAt("2026-01-01T00:00:00Z")
                .progress(new RunManifest.Progress(status, 1.5, List.of()))
                .config(config)
                .images(new RunManifest.Images("data", "d-1", 3, 100, 10))
                .network(new RunManifest.Network(11, "random"))
                .environment(new RunManifest.Environment("oneDNN", "fp32", 1, Map.of(), Map.of()))
                .build();
    }

    /** Of 3 epochs of 10 rounds each, resumed after so many of the rounds. */
    public static TrainingSummary summary(RunDirectory run, int roundsDone) {
        return new TrainingSummary(
                run.path(),
                "oneDNN",
                new TrainingSummary.Network("resnet18", 11, 2),
                new TrainingSummary.Images(100, 10),
                new TrainingSummary.Workers(2, 1, 8, 1, 0),
                new TrainingSummary.Course(3, 30, roundsDone, 300, 0));
    }

    /** Of the first epoch: 16 images, of which half were right. */
    public static RoundMetrics round(int round, double loss) {
        return new RoundMetrics(
                round,
                0,
                round,
                0.1,
                new RoundMetrics.Learning(16, loss, 0.5, 0.1),
                new RoundMetrics.Times(99, 1, 1, 0, 0, 0),
                new RoundMetrics.Traffic(0, 0));
    }
}
