package io.resnetspark.pipeline.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportDirectoryTest {

    private static final EvaluationReport REPORT =
            SampleReport.of(SampleReport.HOSTILE_LABELS, 200, SampleReport.run(20));

    @TempDir
    Path folder;

    private Path directory;
    private AtomicStore store;

    @BeforeEach
    void open() {
        directory = folder.resolve("deep/report");
        store = AtomicStore.at(directory.toString(), new Configuration());
    }

    @Test
    void jsonHasTheContractsNames() throws Exception {
        ReportDirectory.write(store, REPORT, Thumbnails.none());
        JsonNode json = new ObjectMapper()
                .readTree(directory.resolve(ReportDirectory.JSON).toFile());
        for (String name : List.of(
                "format_version",
                "examples",
                "top1",
                "top5",
                "loss",
                "ece",
                "throughput_images_per_second",
                "seconds")) {
            assertThat(json.path(name).isNumber()).as(name).isTrue();
        }
        for (String pointer : List.of(
                "/model/arch",
                "/model/id",
                "/model/source",
                "/dataset/id",
                "/dataset/version",
                "/dataset/split",
                "/per_class/0/label",
                "/per_class/0/support",
                "/per_class/0/precision",
                "/per_class/0/recall",
                "/per_class/0/f1",
                "/per_class/0/f1_ci95/1",
                "/confusion_matrix/9/9",
                "/provenance/created_at",
                "/calibration/reliability/0/accuracy_ci95")) {
            assertThat(json.at(pointer).isMissingNode()).as(pointer).isFalse();
        }
        long counted = 0;
        for (JsonNode row : json.path("confusion_matrix")) {
            for (JsonNode cell : row) {
                counted += cell.asLong();
            }
        }
        assertThat(counted).isEqualTo(200);
        // The last class has no examples: its recall is undefined.
        assertThat(json.at("/per_class/9/recall").isNull()).isTrue();
        assertThat(json.at("/per_class/9/recall_ci95/0").isNull()).isTrue();
    }

    @Test
    void whatIsWrittenReadsBackTheSame() {
        ReportDirectory.write(store, REPORT, Thumbnails.none());
        EvaluationReport read = ReportDirectory.read(store);
        assertThat(JsonDocument.text(read)).isEqualTo(JsonDocument.text(REPORT));
        assertThat(read.classes().perClass()).isEqualTo(REPORT.classes().perClass());
        assertThat(read.classes().confusionMatrix())
                .isDeepEqualTo(REPORT.classes().confusionMatrix());
    }

    @Test
    void csvKeepsLabelsWhole() throws Exception {
        ReportDirectory.write(store, REPORT, Thumbnails.none());
        String csv = Files.readString(directory.resolve(ReportDirectory.CSV));
        assertThat(csv).startsWith("label,support,").contains("\"\"\"quotes\"\" & 'ampersands' &amp;\"");
        assertThat(csv).contains("\"plain\",0,");
        assertThat(csv.lines()
                        .filter(line -> line.startsWith("\"plain\""))
                        .findFirst()
                        .orElseThrow()
                        .split(",", -1))
                .as("one cell per column, empty where undefined")
                .hasSize(14);
    }

    @Test
    void onlyWholeFilesAreLeftAndOthersStay() throws Exception {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("notes.txt"), "mine");
        ReportDirectory.write(store, REPORT, Thumbnails.none());
        ReportDirectory.write(store, REPORT, Thumbnails.none());
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("report.json", "per_class.csv", "index.html", "notes.txt");
        }
    }

    @Test
    void aReportInterruptedWhileBeingReplacedIsNotTakenForWhole() throws Exception {
        ReportDirectory.write(store, REPORT, Thumbnails.none());
        // What a kill between the first and the last step leaves.
        Files.delete(directory.resolve(ReportDirectory.JSON));
        assertThatThrownBy(() -> ReportDirectory.read(store))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("report.json does not exist; run `evaluate`");
    }

    @Test
    void otherFormatsAreRefused() {
        store.replaceText(ReportDirectory.JSON, "{\"format_version\": 99}");
        assertThatThrownBy(() -> ReportDirectory.read(store))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("format 99");
        store.replaceText(ReportDirectory.JSON, "{\"format_version\": 1, \"mod");
        assertThatThrownBy(() -> ReportDirectory.read(store)).isInstanceOf(BadDataException.class);
    }

    @Test
    void thePageFetchesNothing() {
        String page = ReportPage.of(REPORT, Thumbnails.none());
        assertThat(page).contains("default-src 'none'").doesNotContain("<link", " src=\"http");
        String data =
                page.substring(page.indexOf("id=\"data\">"), page.indexOf("</script>", page.indexOf("id=\"data\">")));
        assertThat(data.substring("id=\"data\">".length())).doesNotContain("<", ">", "&");
    }

    @Test
    void longRunsAreThinnedByAveraging() {
        RunCurves thinned = SampleReport.run(1000).thinned(100);
        assertThat(thinned.rounds()).hasSize(100);
        assertThat(thinned.rounds().get(99).round()).isEqualTo(1000);
        double mean = SampleReport.run(1000).rounds().stream()
                .mapToDouble(RunCurves.Round::loss)
                .average()
                .orElseThrow();
        assertThat(thinned.rounds().stream()
                        .mapToDouble(RunCurves.Round::loss)
                        .average()
                        .orElseThrow())
                .isCloseTo(mean, org.assertj.core.api.Assertions.within(1e-9));
    }
}
