package io.resnetspark.pipeline.dataset.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.dataset.DatasetManifest;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.ImageFolders;
import io.resnetspark.pipeline.dataset.PixelStatistics;
import io.resnetspark.pipeline.dataset.PngEncoder;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.PrepareConfig.ResizeRule;
import io.resnetspark.pipeline.dataset.PrepareConfig.SourceFormat;
import io.resnetspark.pipeline.dataset.PrepareConfig.SplitOrigin;
import io.resnetspark.pipeline.dataset.PrepareConfig.Splits;
import io.resnetspark.pipeline.dataset.PrepareConfig.Storage;
import io.resnetspark.pipeline.dataset.PrepareConfig.StoredEncoding;
import io.resnetspark.pipeline.dataset.RunCounts;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.dataset.TestDatasets;
import io.resnetspark.pipeline.dataset.prepare.PrepareOutcome.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrepareJobIT {

    @TempDir
    Path temporary;

    private final SparkSession spark = TestDatasets.spark();
    private Path folder;
    private String output;
    private PrepareConfig config;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = temporary.resolve("Bilder [neu] 100%20 ä");
        output = temporary.resolve("Daten satz ü").toString();
        ImageFolders.writeClass(folder.resolve("ants & bees"), 0, 20);
        ImageFolders.writeClass(folder.resolve("日本"), 100, 15);
        Files.createDirectories(folder.resolve("empty"));
        config = PrepareConfig.of(folder.toString(), SourceFormat.IMAGE_FOLDER, output)
                .withResize(ResizeRule.EXACT, 8);
    }

    @Test
    void everyImageIsKeptOnceWithItsClassAndSize() {
        PrepareOutcome outcome = PrepareJob.run(spark, config);

        assertThat(outcome.change()).isEqualTo(Change.CREATED);
        assertThat(outcome.run()).isEqualTo(new RunCounts(35, 35, 0, Map.of(), Map.of(), Map.of()));
        ImageDataset dataset = ImageDataset.open(spark, output);
        assertThat(dataset.manifest()).isEqualTo(outcome.manifest());
        assertThat(dataset.classes().names()).containsExactly("ants & bees", "日本");
        assertThat(dataset.manifest().making().warnings()).anyMatch(warning -> warning.contains("empty"));
        List<Row> rows = allRows(dataset);
        assertThat(rows).hasSize(35);
        for (Row row : rows) {
            String origin = row.getAs("origin");
            assertThat(origin).contains(row.<String>getAs("label_name"));
            assertThat(dataset.classes().names().get(row.getAs("label"))).isEqualTo(row.getAs("label_name"));
            assertThat(row.<byte[]>getAs("bytes")).hasSize(8 * 8 * 3);
            assertThat(row.<Integer>getAs("width")).isEqualTo(8);
        }
    }

    @Test
    void runningAgainAddsNothing() {
        PrepareJob.run(spark, config);
        DatasetManifest before = ImageDataset.open(spark, output).manifest();

        PrepareOutcome again = PrepareJob.run(spark, config);

        assertThat(again.change()).isEqualTo(Change.NOTHING_NEW);
        assertThat(again.run().unchanged()).isEqualTo(35);
        assertThat(ImageDataset.open(spark, output).manifest()).isEqualTo(before);
    }

    @Test
    void grownFolderAddsAVersionWithOnlyTheNewAndTheOldOneStays() throws IOException {
        PrepareJob.run(spark, config);
        Set<String> firstIds = ids(ImageDataset.open(spark, output));
        ImageFolders.writeClass(folder.resolve("aardvarks"), 200, 7);
        ImageFolders.writeClass(folder.resolve("日本"), 115, 3);

        PrepareOutcome grown = PrepareJob.run(spark, config);

        assertThat(grown.change()).isEqualTo(Change.EXTENDED);
        assertThat(grown.run()).isEqualTo(new RunCounts(45, 10, 35, Map.of(), Map.of(), Map.of()));
        ImageDataset second = ImageDataset.open(spark, output);
        assertThat(second.version()).isEqualTo(2);
        assertThat(second.classes().names()).containsExactly("ants & bees", "日本", "aardvarks");
        assertThat(ids(second)).hasSize(45).containsAll(firstIds);
        assertThat(allRows(second).stream().filter(row -> row.<Integer>getAs("version") == 2))
                .hasSize(10);
        ImageDataset first = ImageDataset.open(spark, output, 1);
        assertThat(ids(first)).isEqualTo(firstIds);
        assertThat(first.classes().names()).containsExactly("ants & bees", "日本");
        assertThatThrownBy(() -> ImageDataset.open(spark, output, 3))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("no version 3");
    }

    @Test
    void anImageStaysInItsSplitWhateverItIsCalledAndWhateverComesWithIt() throws IOException {
        PrepareJob.run(spark, config);
        Map<String, String> splits = splitsById(ImageDataset.open(spark, output));
        Path other = temporary.resolve("other");
        ImageFolders.writePng(other.resolve("x/renamed.png"), ImageFolders.picture(0, 12, 10));
        ImageFolders.writeClass(other.resolve("日本"), 100, 15);
        String otherOutput = temporary.resolve("other-dataset").toString();

        PrepareJob.run(
                spark,
                PrepareConfig.of(other.toString(), SourceFormat.IMAGE_FOLDER, otherOutput)
                        .withResize(ResizeRule.EXACT, 8));

        Map<String, String> otherSplits = splitsById(ImageDataset.open(spark, otherOutput));
        assertThat(otherSplits).hasSize(16);
        assertThat(splits).containsAllEntriesOf(otherSplits);
    }

    @Test
    void unusableFilesAreRejectedByReasonAndTheRestIsKept() throws IOException {
        addUnusableFiles();

        PrepareOutcome outcome = PrepareJob.run(spark, config.withMaxRejectedFraction(0.2));

        assertThat(outcome.run().added()).isEqualTo(35);
        assertThat(outcome.run().rejected())
                .isEqualTo(Map.of("empty", 1L, "not-an-image", 2L, "truncated", 1L, "no-label", 1L));
        assertThat(rejectedFiles())
                .containsExactlyInAnyOrder("zero.jpg", "text.png", "copy of text.png", "half.png", "stray.png");

        PrepareOutcome again = PrepareJob.run(spark, config.withMaxRejectedFraction(0.2));
        assertThat(again.change()).isEqualTo(Change.NOTHING_NEW);
        assertThat(rejectedFiles()).hasSize(5);
    }

    @Test
    void tooManyRejectsAddNoVersionButAreRecorded() throws IOException {
        addUnusableFiles();

        assertThatThrownBy(() -> PrepareJob.run(spark, config.withMaxRejectedFraction(0.1)))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("5 of 40")
                .hasMessageContaining("--max-rejected-fraction");
        assertThatThrownBy(() -> ImageDataset.open(spark, output)).isInstanceOf(BadDataException.class);
        assertThat(rejectedFiles()).hasSize(5);

        assertThat(PrepareJob.run(spark, config.withMaxRejectedFraction(0.2)).change())
                .isEqualTo(Change.CREATED);
    }

    @Test
    void sourceSplitsAreTakenAndCopiesAcrossThemAreKeptInTheTestSplit() throws IOException {
        Path split = temporary.resolve("with splits");
        ImageFolders.writeClass(split.resolve("train/a"), 0, 6);
        ImageFolders.writeClass(split.resolve("train/b"), 10, 6);
        ImageFolders.writeClass(split.resolve("validation/a"), 20, 2);
        ImageFolders.writeClass(split.resolve("test/a"), 5, 2); // 5 is in train, too
        ImageFolders.writePng(split.resolve("train/b/copy of 11.png"), ImageFolders.picture(11, 13, 10));
        ImageFolders.writePng(split.resolve("train/b/really a.png"), ImageFolders.picture(0, 12, 10));

        PrepareOutcome outcome =
                PrepareJob.run(spark, PrepareConfig.of(split.toString(), SourceFormat.IMAGE_FOLDER, output));

        assertThat(outcome.run().seen()).isEqualTo(18);
        assertThat(outcome.run().duplicates())
                .isEqualTo(Map.of("duplicate", 1L, "duplicate-across-splits", 1L, "duplicate-other-label", 1L));
        ImageDataset dataset = ImageDataset.open(spark, output);
        assertThat(dataset.images(Split.TRAIN)).isEqualTo(11);
        assertThat(dataset.images(Split.VAL)).isEqualTo(2);
        assertThat(dataset.images(Split.TEST)).isEqualTo(2);
        assertThat(dataset.manifest().split(Split.TRAIN).perClass()).isEqualTo(Map.of("a", 5L, "b", 6L));
        assertThat(outcome.manifest().making().warnings())
                .anyMatch(warning -> warning.contains("more than one split"))
                .anyMatch(warning -> warning.contains("more than one label"));

        ImageFolders.writePng(split.resolve("test/a/was in train.png"), ImageFolders.picture(10, 12, 10));
        PrepareOutcome again =
                PrepareJob.run(spark, PrepareConfig.of(split.toString(), SourceFormat.IMAGE_FOLDER, output));
        assertThat(again.change()).isEqualTo(Change.NOTHING_NEW);
        assertThat(again.run().duplicates()).containsEntry("duplicate-across-splits", 2L);
    }

    @Test
    void aDatasetIsNotExtendedByImagesMadeInAnotherWay() {
        PrepareJob.run(spark, config);

        assertThatThrownBy(() -> PrepareJob.run(spark, config.withResize(ResizeRule.EXACT, 9)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("resize");
        assertThatThrownBy(() ->
                        PrepareJob.run(spark, config.withSplit(new Splits(SplitOrigin.SOURCE, 0.8, 0.1, 0.1, 0, 1))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("split");
    }

    @Test
    void aFolderThatHoldsOtherThingsIsNotTakenForADataset() throws IOException {
        Files.createDirectories(Path.of(output));
        Files.writeString(Path.of(output, "thesis.tex"), "precious");

        assertThatThrownBy(() -> PrepareJob.run(spark, config))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("thesis.tex");
    }

    @Test
    void originalBytesAreKeptWhereNothingIsResized() throws IOException {
        Storage encoded = new Storage(StoredEncoding.ENCODED, 256, 32);
        PrepareJob.run(spark, config.withResize(ResizeRule.NONE, 0).withStorage(encoded));

        for (Row row : allRows(ImageDataset.open(spark, output))) {
            Path file = Path.of(row.<String>getAs("origin").substring("file:".length()));
            assertThat(row.<byte[]>getAs("bytes")).isEqualTo(Files.readAllBytes(file));
        }
    }

    @Test
    void statisticsAreThoseOfTheTrainingPixels() {
        PrepareOutcome outcome = PrepareJob.run(spark, config);

        double[] sums = new double[3];
        double[] squares = new double[3];
        long pixels = 0;
        for (Row row : ImageDataset.open(spark, output).rows(Split.TRAIN).collectAsList()) {
            byte[] bytes = row.getAs("bytes");
            for (int i = 0; i < bytes.length; i++) {
                double value = (bytes[i] & 0xFF) / 255.0;
                sums[i % 3] += value;
                squares[i % 3] += value * value;
            }
            pixels += bytes.length / 3;
        }
        PixelStatistics statistics = outcome.manifest().content().trainPixels();
        assertThat(statistics.pixels()).isEqualTo(pixels);
        for (int channel = 0; channel < 3; channel++) {
            double mean = sums[channel] / pixels;
            assertThat(statistics.mean().get(channel)).isCloseTo(mean, Offset.offset(1e-12));
            assertThat(statistics.std().get(channel))
                    .isCloseTo(Math.sqrt(squares[channel] / pixels - mean * mean), Offset.offset(1e-9));
        }
    }

    @Test
    void whatIsNoImageIsLeftOutAndWhatCannotBeReadIsRejected() throws IOException {
        Path cat = temporary.resolve("in/cat");
        ImageFolders.writeClass(cat.resolve("young"), 0, 3);
        ImageFolders.writeClass(temporary.resolve("in/Cat"), 10, 1);
        Files.move(cat.resolve("young/image 0.png"), cat.resolve("young/12:30.png"));
        Files.writeString(cat.resolve("Thumbs.db"), "not an image");
        Files.createSymbolicLink(cat.resolve("gone.png"), Path.of("nowhere"));
        Files.createSymbolicLink(cat.resolve("all"), Path.of(".."));
        String inside = temporary.resolve("in/dataset [1]").toString();
        PrepareConfig odd = PrepareConfig.of(cat.getParent().toString(), SourceFormat.IMAGE_FOLDER, inside)
                .withSplit(new Splits(SplitOrigin.HASH, 1, 0, 0, 0, 0))
                .withMaxRejectedFraction(0.2);

        PrepareOutcome outcome = PrepareJob.run(spark, odd);

        assertThat(outcome.run())
                .isEqualTo(new RunCounts(
                        5, 4, 0, Map.of(), Map.of("unreadable", 1L), Map.of("no-image", 1L, "link-back", 1L)));
        assertThat(outcome.manifest().content().classes()).containsExactly("Cat", "cat");
        assertThat(outcome.notes())
                .anyMatch(note -> note.contains("cat hold only folders"))
                .anyMatch(note -> note.contains("Cat, cat differ only by case"));
        PrepareOutcome again = PrepareJob.run(spark, odd);
        assertThat(again.change()).isEqualTo(Change.NOTHING_NEW);
        assertThat(again.run().leftOut()).containsEntry("output", 1L);
    }

    private void addUnusableFiles() throws IOException {
        Path ants = folder.resolve("ants & bees");
        Files.write(ants.resolve("zero.jpg"), new byte[0]);
        Files.writeString(ants.resolve("text.png"), "this is not a picture");
        Files.writeString(ants.resolve("copy of text.png"), "this is not a picture");
        byte[] whole = PngEncoder.encode(ImageFolders.picture(999, 30, 30));
        Files.write(ants.resolve("half.png"), Arrays.copyOf(whole, whole.length / 2));
        ImageFolders.writePng(folder.resolve("stray.png"), ImageFolders.picture(0, 12, 10));
    }

    private List<String> rejectedFiles() {
        return spark.read().format("delta").load(output + "/rejects").collectAsList().stream()
                .map(row -> Path.of(row.<String>getAs("origin")).getFileName().toString())
                .toList();
    }

    private static List<Row> allRows(ImageDataset dataset) {
        return Arrays.stream(Split.values())
                .flatMap(split -> dataset.rows(split).collectAsList().stream())
                .toList();
    }

    private static Set<String> ids(ImageDataset dataset) {
        return new HashSet<>(splitsById(dataset).keySet());
    }

    private static Map<String, String> splitsById(ImageDataset dataset) {
        return allRows(dataset).stream()
                .collect(Collectors.toMap(row -> row.getAs("image_id"), row -> row.getAs("split")));
    }
}
