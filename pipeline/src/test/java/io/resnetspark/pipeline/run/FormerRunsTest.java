package io.resnetspark.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.storage.JsonDocument;
import io.resnetspark.pipeline.training.MetricsFile;
import io.resnetspark.pipeline.training.RoundMetrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that were written before names were in snake case. */
class FormerRunsTest {

    private static final Pattern NAME = Pattern.compile("\"(\\w+)\"( ?:)");
    private static final Pattern LETTER = Pattern.compile("_(\\w)");

    @TempDir
    Path folder;

    private RunDirectory run;
    private RunManifest manifest;

    @BeforeEach
    void writeARun() {
        run = RunDirectory.at(folder.toString(), new Configuration());
        manifest = TestRuns.manifest(
                RunManifest.FORMAT_VERSION,
                TrainingStatus.DONE,
                JsonNodeFactory.instance.objectNode().put("batch_size", 8));
        run.writeManifest(manifest);
        run.writeBest(new BestCheckpoint("round-000004", 2, 0.75, 0.5));
    }

    /** {@code "batch_size":} becomes {@code "batchSize":}, as it was once. */
    private static String inCamelCase(String json) {
        return NAME.matcher(json)
                .replaceAll(name -> "\""
                        + LETTER.matcher(name.group(1))
                                .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT))
                        + "\""
                        + name.group(2));
    }

    private void rewrite(String file, String from, String to) throws Exception {
        Path path = folder.resolve(file);
        String text = inCamelCase(Files.readString(path));
        assertThat(text).contains(from);
        Files.writeString(path, text.replace(from, to));
    }

    @Test
    void areReadAsTheyAreNow() throws Exception {
        BestCheckpoint best = run.best().orElseThrow();
        rewrite("run.json", "\"formatVersion\" : 2", "\"formatVersion\" : 1");
        rewrite("best.json", "round-000004", "round-000004");
        assertThat(run.manifest().formatVersion()).isEqualTo(1);
        assertThat(run.manifest().config().path("batch_size").asInt()).isEqualTo(8);
        assertThat(run.manifest().images().valExamples())
                .isEqualTo(manifest.images().valExamples());
        assertThat(run.manifest().images().datasetVersion())
                .isEqualTo(manifest.images().datasetVersion());
        assertThat(run.best()).contains(best);

        RoundMetrics round = new RoundMetrics(
                1,
                0,
                9,
                0.1,
                new RoundMetrics.Learning(16, 2.5, 0.5, 0.1),
                new RoundMetrics.Times(99, 1, 2, 3, 4, 5),
                new RoundMetrics.Traffic(6, 7));
        String line = inCamelCase(MetricsFile.LineType.ROUND.line(round));
        assertThat(line).contains("\"inputWaitSeconds\":");
        assertThat(MetricsFile.of(List.of(line), "a run").rounds()).containsExactly(round);
    }

    /** Other programs read it too. */
    @Test
    void haveTheirKeysInOneObject() throws Exception {
        assertThat(JsonDocument.parse(Files.readString(folder.resolve("run.json")), "run.json")
                        .fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "format_version",
                        "id",
                        "created_at",
                        "status",
                        "config",
                        "dataset",
                        "dataset_id",
                        "dataset_version",
                        "train_examples",
                        "val_examples",
                        "parameters",
                        "threads_per_worker",
                        "weights",
                        "kernels",
                        "precision",
                        "software",
                        "seconds",
                        "spark",
                        "returns");
    }

    @Test
    void thoseOfANewerVersionAreRefused() throws Exception {
        Path file = folder.resolve("run.json");
        Files.writeString(file, Files.readString(file).replace("\"format_version\" : 2", "\"format_version\" : 3"));
        assertThatThrownBy(run::manifest)
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("format 3")
                .hasMessageContaining("newer version");
    }
}
