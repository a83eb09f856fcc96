package io.resnetspark.pipeline.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/** Manifests of runs that nobody trained. */
public final class TestRuns {

    private TestRuns() {}

    /** Of version 3 of a dataset with 100 images to train on and 10 to validate on. */
    public static RunManifest manifest(int formatVersion, TrainingStatus status, JsonNode config) {
        return new RunManifest(
                formatVersion,
                "id-1",
                "2026-01-01T00:00:00Z",
                status,
                config,
                "data",
                "d-1",
                3,
                100,
                10,
                11,
                1,
                "random",
                "oneDNN",
                "fp32",
                Map.of(),
                1.5,
                Map.of(),
                List.of());
    }
}
