package io.resnetspark.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandaloneClusterIT {

    private static final Duration LIMIT = Duration.ofMinutes(3);

    @TempDir
    Path directory;

    @Test
    void theApplicationJarRunsThroughSparkSubmitOnSeparateWorkers() throws Exception {
        Path output = directory.resolve("output of doctor");
        try (StandaloneCluster cluster = StandaloneCluster.start(directory, 2, 1, 1024)) {
            StandaloneCluster.Ended doctor = cluster.submit(
                    List.of("--executor-memory", "1g"), List.of("doctor", "--output", output.toString()), LIMIT);

            assertThat(doctor.exitCode()).as(doctor.errors()).isZero();
            assertThat(doctor.output())
                    .contains("Spark 4.", "on " + cluster.masterUrl(), "Executor on", "oneDNN", "Ready")
                    .doesNotContain("problem ");
            JsonNode outcome =
                    new ObjectMapper().readTree(output.resolve("outcome.json").toFile());
            assertThat(outcome.get("status").asText()).isEqualTo("done");

            StandaloneCluster.Ended wrong =
                    cluster.submit(List.of(), List.of("doctor", "--set", "spark.ui=maybe"), LIMIT);
            assertThat(wrong.exitCode()).isEqualTo(2);
            assertThat(wrong.errors()).contains("spark.ui: expected true or false");
        }
    }

    @Test
    void closingLeavesNoProcessBehind() {
        long before = ProcessHandle.current().descendants().count();
        try (StandaloneCluster cluster = StandaloneCluster.start(directory, 1, 1, 1024)) {
            assertThat(ProcessHandle.current().descendants().count()).isEqualTo(before + 2);
        }
        assertThat(ProcessHandle.current().descendants().count()).isEqualTo(before);
    }
}
