package io.resnetspark.jobs.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutcomeTest {

    @Test
    void outcomesAreReadableByMachinesAndReplaceTheLastOne(@TempDir Path directory) throws Exception {
        Path output = directory.resolve("not yet there");
        for (ExitStatus status : List.of(ExitStatus.BAD_DATA, ExitStatus.DONE)) {
            new Outcome(
                            "prepare",
                            List.of("prepare", "--output", "x"),
                            status,
                            "message",
                            "2026-01-01T00:00:00Z",
                            1.5,
                            Map.of("read", 1.0),
                            Map.of("dataset", "x"),
                            "1")
                    .writeTo(output.toString(), new Configuration());
        }
        JsonNode json =
                new ObjectMapper().readTree(output.resolve("outcome.json").toFile());
        assertThat(json.get("format_version").asInt()).isEqualTo(1);
        assertThat(json.get("status").asText()).isEqualTo("done");
        assertThat(json.get("exit_code").asInt()).isZero();
        assertThat(json.get("step_seconds").get("read").asDouble()).isEqualTo(1.0);
        try (var files = Files.list(output)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("outcome.json");
        }
    }
}
