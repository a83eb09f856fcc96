package io.resnetspark.pipeline.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/** Manifests of runs that nobody trained. */
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
}
