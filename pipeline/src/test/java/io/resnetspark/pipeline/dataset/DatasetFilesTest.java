package io.resnetspark.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.dataset.PrepareConfig.SourceFormat;
import io.resnetspark.pipeline.dataset.prepare.RejectsTable;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetFilesTest {

    @TempDir
    Path root;

    private DatasetFiles files;

    @BeforeEach
    void open() {
        files = new DatasetFiles(root.toString(), new Configuration());
    }

    private static DatasetManifest manifest(int version, List<DatasetManifest.EarlierVersion> history) {
        return DatasetManifestBuilder.builder()
                .formatVersion(DatasetManifest.FORMAT_VERSION)
                .id("id")
                .version(version)
                .createdAt("2026-01-01T00:00:00Z")
                .tables(new DatasetManifest.Tables(version, RejectsTable.NONE))
                .content(new DatasetManifest.Content(
                        "00ff",
                        List.of("äpfel", "b"),
                        3L * version,
                        Map.of("train", new DatasetManifest.SplitSummary(3L * version, Map.of("äpfel", 1L, "b", 2L))),
                        new PixelStatistics(10, List.of(0.1, 0.2, 1 / 3.0), List.of(0.4, 0.5, 0.6))))
                .making(new DatasetManifest.Making(
                        new RunCounts(4, 3, 0, Map.of("duplicate", 1L), Map.of(), Map.of()),
                        List.of("a \"warning\""),
                        PrepareConfig.of("in", SourceFormat.CIFAR10, "out"),
                        Map.of("java", "17"),
                        Map.of("total", 1.5)))
                .history(history)
                .build();
    }

    @Test
    void manifestsComeBackAsTheyWereWritten() {
        DatasetManifest written = manifest(1, List.of());
        files.publish(written, Optional.empty());

        assertThat(files.existing()).isEqualTo(written);
        assertThat(files.version(1)).isEqualTo(written);
        assertThat(JsonDocument.tree(written).fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "format_version",
                        "id",
                        "version",
                        "created_at",
                        "table_version",
                        "rejects_version",
                        "fingerprint",
                        "classes",
                        "images",
                        "splits",
                        "train_pixels",
                        "run",
                        "warnings",
                        "config",
                        "software",
                        "seconds",
                        "history");
    }

    @Test
    void earlierVersionsStayAndAreVerified() throws IOException {
        files.publish(manifest(1, List.of()), Optional.empty());
        DatasetFiles.Current first = files.current().orElseThrow();
        files.publish(manifest(2, DatasetFiles.historyAfter(first)), Optional.of(first));

        assertThat(files.existing().version()).isEqualTo(2);
        assertThat(files.version(1)).isEqualTo(first.manifest());

        Path file = root.resolve("versions/000001.json");
        Files.writeString(file, Files.readString(file).replace("äpfel", "birnen"));
        assertThatThrownBy(() -> files.version(1))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("changed");
    }

    @Test
    void ofTwoRunsFromTheSameStateTheSecondFails() {
        files.publish(manifest(1, List.of()), Optional.empty());

        assertThatThrownBy(() -> files.publish(manifest(1, List.of()), Optional.empty()))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("Another run");
    }

    @Test
    void whatADeadRunLeftIsNotAVersionAndDoesNotStopTheNext() throws IOException {
        files.publish(manifest(1, List.of()), Optional.empty());
        Files.writeString(root.resolve("versions/000002.json"), "half");
        Files.writeString(root.resolve(".unfinished-dataset.json-x"), "half");

        assertThat(files.existing().version()).isEqualTo(1);
        assertThatThrownBy(() -> files.version(2)).isInstanceOf(BadDataException.class);
        DatasetFiles.Current first = files.current().orElseThrow();
        files.publish(manifest(2, DatasetFiles.historyAfter(first)), Optional.of(first));
        assertThat(files.version(2).version()).isEqualTo(2);
        assertThat(root.resolve(".unfinished-dataset.json-x")).doesNotExist();
    }

    @Test
    void aManifestOfAnotherFormatOrADamagedOneIsRefused() throws IOException {
        Files.writeString(root.resolve("dataset.json"), "{\"format_version\": 99}");
        assertThatThrownBy(files::existing).isInstanceOf(BadDataException.class).hasMessageContaining("99");

        Files.writeString(root.resolve("dataset.json"), "{\"format_version\": 1, \"id\": ");
        assertThatThrownBy(files::existing).isInstanceOf(BadDataException.class).hasMessageContaining("damaged");
    }

    @Test
    void aTableThatWasNeverCommittedIsRemovedAndThePicturesOfAUserAreNot() throws IOException {
        Files.createDirectories(root.resolve("images/_delta_log"));
        Files.writeString(root.resolve("images/_delta_log/.00000000000000000000.json.x.tmp"), "half");
        Files.writeString(root.resolve("outcome.json"), "a run that failed says so");
        files.checkFreeForDataset();
        assertThat(root.resolve("images")).doesNotExist();

        Files.createDirectories(root.resolve("images"));
        Files.writeString(root.resolve("images/wedding.jpg"), "precious");
        assertThatThrownBy(files::checkFreeForDataset)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("images");
        assertThat(root.resolve("images/wedding.jpg")).exists();
    }
}
