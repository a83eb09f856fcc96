package io.resnetspark.jobs.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.error.DivergedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutcomeTest {

    @Test
    void everyKindOfUserErrorHasItsExitCodeHoweverDeepItIsWrapped() {
        Throwable wrapped = new BadDataException("half of the images are unreadable");
        for (int i = 0; i < 5; i++) {
            wrapped = new RuntimeException("Job aborted", wrapped);
        }
        assertThat(Failure.of(wrapped).status().code()).isEqualTo(3);
        assertThat(Failure.of(wrapped).message()).isEqualTo("half of the images are unreadable");
        assertThat(Failure.of(new ConfigurationException("c")).status().code()).isEqualTo(2);
        assertThat(Failure.of(new DivergedException("d")).status().code()).isEqualTo(4);
    }

    @Test
    void anythingElseIsAFailureNamedByItsRoot() {
        Failure failure = Failure.of(new RuntimeException("outer", new IllegalStateException("inner\nsecond line")));
        assertThat(failure.status().code()).isEqualTo(1);
        assertThat(failure.message()).isEqualTo("IllegalStateException: inner");
        assertThat(failure.isForUser()).isFalse();
    }

    @Test
    void troubleWithAFileIsToldByWhoKnowsTheFile() {
        IOException full = new IOException("No space left on device");
        Failure failure = Failure.of(new RuntimeException(
                "Job aborted", new UncheckedIOException("Cannot write checkpoint x: No space left on device", full)));
        assertThat(failure.status().code()).isEqualTo(1);
        assertThat(failure.message()).isEqualTo("Cannot write checkpoint x: No space left on device");
    }

    @Test
    void causesThatLoopEnd() {
        Exception one = new Exception("one");
        Exception two = new Exception("two", one);
        one.initCause(two);
        assertThat(Failure.of(one).status()).isEqualTo(ExitStatus.FAILURE);
    }

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
