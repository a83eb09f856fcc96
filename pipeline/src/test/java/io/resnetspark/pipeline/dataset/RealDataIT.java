package io.resnetspark.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.pipeline.dataset.PrepareConfig.ResizeRule;
import io.resnetspark.pipeline.dataset.PrepareConfig.SourceFormat;
import io.resnetspark.pipeline.dataset.PrepareConfig.SplitOrigin;
import io.resnetspark.pipeline.dataset.PrepareConfig.Splits;
import io.resnetspark.pipeline.dataset.prepare.PrepareJob;
import io.resnetspark.pipeline.dataset.prepare.PrepareOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

@EnabledIfEnvironmentVariable(
        named = "RESNET_TEST_DATA",
        matches = ".+",
        disabledReason = "RESNET_TEST_DATA does not name the folder of real test data")
@Tag("full")
class RealDataIT {

    @TempDir
    Path temporary;

    private final SparkSession spark = LocalSpark.session();

    private static Path data(String name) {
        return Path.of(System.getenv("RESNET_TEST_DATA")).resolve(name);
    }

    private PrepareConfig config(String input, SourceFormat format) {
        return PrepareConfig.of(
                data(input).toString(), format, temporary.resolve("dataset").toString());
    }

    private ImageDataset dataset() {
        return ImageDataset.open(spark, temporary.resolve("dataset").toString());
    }

    @Test
    void cifar10FirstBatch() throws IOException {
        PrepareOutcome outcome = PrepareJob.run(spark, config("cifar10/cifar-10-batches-bin", SourceFormat.CIFAR10));

        assertThat(outcome.run()).isEqualTo(new RunCounts(11_000, 11_000, 0, Map.of(), Map.of(), Map.of()));
        assertThat(dataset().images(Split.TRAIN)).isEqualTo(10_000);
        assertThat(dataset().images(Split.TEST)).isEqualTo(1_000);
        assertThat(dataset().classes().names())
                .containsExactly(
                        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

        byte[] records = Files.readAllBytes(data("cifar10/cifar-10-batches-bin/data_batch_1.bin"));
        double[] sums = new double[3];
        int[] perClass = new int[10];
        for (int record = 0; record < 10_000; record++) {
            perClass[records[record * 3073]]++;
            for (int i = 0; i < 3072; i++) {
                sums[i / 1024] += (records[record * 3073 + 1 + i] & 0xFF) / 255.0;
            }
        }
        for (int channel = 0; channel < 3; channel++) {
            assertThat(outcome.manifest().content().trainPixels().mean().get(channel))
                    .isCloseTo(sums[channel] / (10_000 * 1024), within(1e-9));
        }
        assertThat(outcome.manifest().split(Split.TRAIN).perClass().values().stream()
                        .mapToInt(Long::intValue)
                        .toArray())
                .isEqualTo(perClass);

        ExampleIndex index = ExampleIndex.build(spark, dataset(), Split.TRAIN);
        Set<Long> seen = new HashSet<>();
        try (ExampleReader reader = new ExampleReader(index, new Configuration())) {
            for (int i = 0; i < index.size(); i++) {
                seen.add(reader.read(i).id());
            }
        }
        assertThat(seen).hasSize(10_000);
    }

    @Test
    void hymenopteraAt224() {
        PrepareOutcome outcome = PrepareJob.run(
                spark, config("hymenoptera_data", SourceFormat.IMAGE_FOLDER).withResize(ResizeRule.SHORTER_SIDE, 224));

        // 244 JPEGs and a decodable GIF (a "not found" picture) in the training folders.
        assertThat(outcome.run().seen()).isEqualTo(398);
        assertThat(outcome.run().rejected()).isEmpty();
        assertThat(dataset().images(Split.TRAIN)).isEqualTo(245);
        assertThat(dataset().images(Split.VAL)).isEqualTo(153);
        assertThat(dataset().classes().names()).containsExactly("ants", "bees");
    }

    /** Every file of the collection against what Pillow makes of it; the differences are listed with their reasons. */
    @Test
    void oddImages() throws IOException {
        Map<String, String> expected = new TreeMap<>();
        for (JsonNode file : new ObjectMapper()
                .readTree(data("odd-images/expected_by_pillow_9.4.json").toFile())) {
            expected.put(file.get("path").asText(), file.get("decode").asText().startsWith("ok") ? "ok" : "rejected");
        }

        PrepareOutcome outcome = PrepareJob.run(
                spark,
                config("odd-images", SourceFormat.IMAGE_FOLDER)
                        .withMaxRejectedFraction(1)
                        .withSplit(new Splits(SplitOrigin.HASH, 1, 0, 0, 0, 0)));

        Map<String, String> actual = new TreeMap<>();
        dataset().rows(Split.TRAIN).collectAsList().forEach(row -> actual.put(relative(row), "ok"));
        List<Row> rejects = spark.read()
                .format("delta")
                .load(temporary.resolve("dataset/rejects").toString())
                .collectAsList();
        Map<String, String> reasons =
                rejects.stream().collect(Collectors.toMap(RealDataIT::relative, row -> row.getAs("reason")));
        reasons.forEach((path, reason) -> actual.put(path, reason.startsWith("duplicate") ? "ok" : "rejected"));
        assertThat(outcome.run().seen()).isEqualTo(actual.size());

        Map<String, String> differences = new TreeMap<>();
        expected.forEach((path, result) -> {
            if (!result.equals(actual.get(path))) {
                differences.put(path, reasons.getOrDefault(path, actual.getOrDefault(path, "not looked at")));
            }
        });
        assertThat(differences)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        // Hidden files and what file managers leave are not images of a class: left out, and counted.
                        "homemade/.DS_Store", "not looked at",
                        "homemade/classA/.hidden.jpg", "not looked at",
                        "homemade/classA/Thumbs.db", "not looked at",
                        // The bomb is a packed text chunk, which is stepped over; the picture is whole.
                        "bombs/pillow_png_decompression_dos.png", "ok",
                        // Pillow stumbles over a cut EXIF block and an unknown text compression; the pictures are
                        // whole.
                        "pillow/broken/truncated_exif_dpi.jpg", "ok",
                        "pillow/broken/unknown_compression_method.png", "ok"));
        assertThat(reasons)
                .containsEntry("bombs/lottapixel_64250x64250.jpg", "too-large")
                .containsEntry("homemade/classA/truncated_half.jpg", "truncated")
                .containsEntry("homemade/classA/zero_bytes.jpg", "empty")
                .containsEntry("homemade/classA/html_error_page.png", "not-an-image")
                .containsEntry("homemade/klasse-äöü-日本/アリ.jpg", "duplicate");
        assertThat(outcome.run().leftOut().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .as(
                        "hidden files, and a description beside the images: %s",
                        outcome.run().leftOut())
                .isGreaterThanOrEqualTo(4);
    }

    private static String relative(Row row) {
        String origin = row.getAs("origin");
        return origin.substring(origin.indexOf("/odd-images/") + "/odd-images/".length());
    }
}
