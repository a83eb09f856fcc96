package io.resnetspark.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.image.Image;
import io.resnetspark.pipeline.dataset.PrepareConfig.ParquetColumns;
import io.resnetspark.pipeline.dataset.PrepareConfig.SourceFormat;
import io.resnetspark.pipeline.dataset.prepare.PrepareJob;
import io.resnetspark.pipeline.dataset.prepare.PrepareOutcome;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceFormatsIT {

    @TempDir
    Path temporary;

    private final SparkSession spark = LocalSpark.session();

    @Test
    void cifarRecordsBecomeChannelsLastImages() throws IOException {
        Path folder = Files.createDirectories(temporary.resolve("cifar"));
        byte[] train = cifarRecords(1, 7);
        byte[] test = cifarRecords(2, 3);
        train[0] = 12; // no such class
        Files.write(folder.resolve("data_batch_3.bin"), train);
        Files.write(folder.resolve("test_batch_part.bin"), test);
        Files.writeString(folder.resolve("batches.meta.txt"), "\uFEFFzebra\r\nant\nc\nd\ne\nf\ng\nh\ni\nj\n\n");

        PrepareOutcome outcome =
                PrepareJob.run(spark, config(folder, SourceFormat.CIFAR10).withMaxRejectedFraction(0.1));

        assertThat(outcome.run().rejected()).isEqualTo(Map.of("invalid-label", 1L));
        assertThat(outcome.manifest().content().classes())
                .startsWith("zebra", "ant")
                .hasSize(10);
        Map<String, Row> rows = byRecord(Split.TRAIN);
        assertThat(rows).hasSize(6);
        assertThat(byRecord(Split.TEST)).hasSize(3);
        for (int record = 1; record < 7; record++) {
            Row row = rows.get("data_batch_3.bin#" + record);
            int start = record * 3073;
            assertThat(row.<Integer>getAs("label")).isEqualTo(train[start]);
            byte[] pixels = row.getAs("bytes");
            for (int y = 0; y < 32; y++) {
                for (int x = 0; x < 32; x++) {
                    for (int channel = 0; channel < 3; channel++) {
                        assertThat(pixels[(y * 32 + x) * 3 + channel])
                                .isEqualTo(train[start + 1 + channel * 1024 + y * 32 + x]);
                    }
                }
            }
        }
    }

    @Test
    void aCifarFileCutShortIsRefusedAsAWhole() throws IOException {
        Path folder = Files.createDirectories(temporary.resolve("cifar"));
        byte[] records = cifarRecords(1, 7);
        Files.write(folder.resolve("data_batch_1.bin"), Arrays.copyOf(records, records.length - 100));

        assertThatThrownBy(() -> PrepareJob.run(spark, config(folder, SourceFormat.CIFAR10)))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("data_batch_1.bin");
        assertThatThrownBy(() -> PrepareJob.run(spark, config(temporary, SourceFormat.CIFAR100)))
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void idxPairsAreReadPlainAndCompressed() throws IOException {
        Path folder = Files.createDirectories(temporary.resolve("idx"));
        byte[] trainPixels = new byte[9 * 5 * 4];
        new Random(1).nextBytes(trainPixels);
        byte[] testPixels = new byte[2 * 5 * 4];
        new Random(2).nextBytes(testPixels);
        write(folder.resolve("train-images.idx3-ubyte"), idx(0x803, trainPixels, 9, 5, 4));
        write(folder.resolve("train-labels.idx1-ubyte.gz"), idx(0x801, new byte[] {9, 1, 2, 3, 4, 5, 6, 11, 8}, 9));
        write(folder.resolve("t10k-images-idx3-ubyte.gz"), idx(0x803, testPixels, 2, 5, 4));
        write(folder.resolve("t10k-labels-idx1-ubyte"), idx(0x801, new byte[] {2, 1}, 2));

        PrepareOutcome outcome =
                PrepareJob.run(spark, config(folder, SourceFormat.IDX).withChannels(1));

        assertThat(outcome.manifest().content().classes())
                .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11");
        assertThat(outcome.manifest().content().trainPixels().mean()).hasSize(1);
        Row row = byRecord(Split.TRAIN).get("train-images.idx3-ubyte#7");
        assertThat(row.<byte[]>getAs("bytes")).isEqualTo(Arrays.copyOfRange(trainPixels, 7 * 20, 8 * 20));
        assertThat(row.<Integer>getAs("label")).isEqualTo(11);
        assertThat(row.<Integer>getAs("height")).isEqualTo(5);
        Row test = byRecord(Split.TEST).get("t10k-images-idx3-ubyte.gz#1");
        assertThat(test.<byte[]>getAs("bytes")).isEqualTo(Arrays.copyOfRange(testPixels, 20, 40));
        assertThat(test.<Integer>getAs("label")).isOne();
        assertThat(outcome.notes()).anyMatch(note -> note.contains("labels begin at 1"));
    }

    @Test
    void idxFilesThatDoNotFitTogetherAreRefused() throws IOException {
        Path folder = Files.createDirectories(temporary.resolve("idx"));
        write(folder.resolve("train-images-idx3-ubyte"), idx(0x803, new byte[40], 2, 5, 4));
        assertThatThrownBy(() -> PrepareJob.run(spark, config(folder, SourceFormat.IDX)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("train-labels-idx1-ubyte is missing");

        write(folder.resolve("train-labels-idx1-ubyte"), idx(0x801, new byte[3], 3));
        assertThatThrownBy(() -> PrepareJob.run(spark, config(folder, SourceFormat.IDX)))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("2 images")
                .hasMessageContaining("3 labels");
    }

    @Test
    void aCompressedIdxFileThatEndsEarlyIsBadDataNotACrash() throws IOException {
        Path folder = Files.createDirectories(temporary.resolve("idx"));
        byte[] header = idx(0x803, new byte[20], 2, 5, 4); // promises two images, holds one
        write(folder.resolve("train-images-idx3-ubyte.gz"), header);
        write(folder.resolve("train-labels-idx1-ubyte"), idx(0x801, new byte[2], 2));

        assertThatThrownBy(() -> PrepareJob.run(spark, config(folder, SourceFormat.IDX)))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("ends at image 1");
    }

    @Test
    void parquetWithEncodedImagesAndASplitColumn() {
        List<Row> rows = List.of(
                RowFactory.create(PngEncoder.encode(ImageFolders.picture(1, 6, 5)), "cat", "train"),
                RowFactory.create(PngEncoder.encode(ImageFolders.picture(2, 6, 5)), "dog", "validation"),
                RowFactory.create(PngEncoder.encode(ImageFolders.picture(3, 6, 5)), null, "test"),
                RowFactory.create(null, "dog", "test"));
        String input = temporary.resolve("in put.parquet").toString();
        spark.createDataFrame(
                        rows,
                        new StructType()
                                .add("my image", DataTypes.BinaryType)
                                .add("kind", DataTypes.StringType)
                                .add("part", DataTypes.StringType))
                .write()
                .parquet(input);

        PrepareConfig config = config(Path.of(input), SourceFormat.PARQUET).withMaxRejectedFraction(0.5);
        assertThatThrownBy(() -> PrepareJob.run(spark, config))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("my image, kind, part");
        PrepareOutcome outcome =
                PrepareJob.run(spark, config.withParquet(new ParquetColumns("my image", "kind", "part", "")));

        assertThat(outcome.run().rejected()).isEqualTo(Map.of("empty", 1L, "no-label", 1L));
        assertThat(byRecord(Split.TRAIN).values().iterator().next().<byte[]>getAs("bytes"))
                .isEqualTo(ImageFolders.picture(1, 6, 5).pixels());
        assertThat(byRecord(Split.VAL)).hasSize(1);
    }

    @Test
    void weightsOfImagesAreKeptAndRelative() {
        List<Row> rows = new ArrayList<>();
        double[] weights = {1, 2, 6, -1, Double.NaN};
        for (int i = 0; i <= weights.length; i++) {
            rows.add(RowFactory.create(
                    PngEncoder.encode(ImageFolders.picture(i, 6, 5)),
                    i % 2 == 0 ? "cat" : "dog",
                    i == weights.length ? null : weights[i]));
        }
        String input = temporary.resolve("weighted").toString();
        spark.createDataFrame(
                        rows,
                        new StructType()
                                .add("image", DataTypes.BinaryType)
                                .add("label", DataTypes.StringType)
                                .add("w", DataTypes.DoubleType))
                .write()
                .parquet(input);
        PrepareConfig config = config(Path.of(input), SourceFormat.PARQUET)
                .withMaxRejectedFraction(0.5)
                .withSplit(new PrepareConfig.Splits(PrepareConfig.SplitOrigin.HASH, 1, 0, 0, 0, 0))
                .withParquet(new ParquetColumns("image", "label", "", "w"));
        PrepareOutcome outcome = PrepareJob.run(spark, config);
        assertThat(outcome.run().rejected()).isEqualTo(Map.of("invalid-weight", 2L));

        ExampleIndex index = ExampleIndex.build(
                spark, ImageDataset.open(spark, temporary.resolve("dataset").toString()), Split.TRAIN);
        assertThat(sortedWeights(index)).as("not before they are asked for").containsOnly(1);
        // 1, 2, 6 and, without a weight, 1: over their mean of 2.5
        assertThat(sortedWeights(index.weighted(new double[] {1, 1}))).containsExactly(0.4f, 0.4f, 0.8f, 2.4f);
        // the dogs, of 2 and 1, four times: over the mean of 1, 8, 6 and 4
        assertThat(sortedWeights(index.weighted(new double[] {1, 4})))
                .containsExactly(new float[] {1 / 4.75f, 4 / 4.75f, 6 / 4.75f, 8 / 4.75f}, within(1e-6f));
    }

    private static float[] sortedWeights(ExampleIndex index) {
        float[] weights = new float[index.size()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = index.weight(i);
        }
        Arrays.sort(weights);
        return weights;
    }

    @Test
    void parquetWithSparksImageStructsIsBlueGreenRed() {
        Image picture = ImageFolders.picture(1, 6, 5);
        byte[] bgr = picture.pixels().clone();
        for (int i = 0; i < bgr.length; i += 3) {
            bgr[i] = picture.pixels()[i + 2];
            bgr[i + 2] = picture.pixels()[i];
        }
        StructType image = new StructType()
                .add("origin", DataTypes.StringType)
                .add("height", DataTypes.IntegerType)
                .add("width", DataTypes.IntegerType)
                .add("nChannels", DataTypes.IntegerType)
                .add("mode", DataTypes.IntegerType)
                .add("data", DataTypes.BinaryType);
        List<Row> rows = List.of(
                RowFactory.create(RowFactory.create("x", 5, 6, 3, 16, bgr), 10L),
                RowFactory.create(
                        RowFactory.create(
                                "y", 5, 6, 1, 0, ImageFolders.picture(2, 2, 5).pixels()),
                        9L),
                RowFactory.create(RowFactory.create("z", -1, -1, -1, -1, new byte[0]), 9L));
        String input = temporary.resolve("structs").toString();
        spark.createDataFrame(rows, new StructType().add("image", image).add("label", DataTypes.LongType))
                .write()
                .parquet(input);

        PrepareOutcome outcome = PrepareJob.run(
                spark,
                config(Path.of(input), SourceFormat.PARQUET)
                        .withMaxRejectedFraction(0.5)
                        .withSplit(new PrepareConfig.Splits(PrepareConfig.SplitOrigin.HASH, 1, 0, 0, 0, 0)));

        assertThat(outcome.run().rejected()).isEqualTo(Map.of("unreadable", 1L));
        assertThat(outcome.manifest().content().classes()).containsExactly("9", "10");
        assertThat(byRecord(Split.TRAIN).values())
                .filteredOn(row -> row.<Integer>getAs("label") == 1)
                .singleElement()
                .satisfies(row -> assertThat(row.<byte[]>getAs("bytes")).isEqualTo(picture.pixels()));
    }

    /** As {@code datasets} writes them, in a folder of the Hub. */
    private Path huggingFace(String name, Object... labels) throws IOException {
        Path file = temporary.resolve("hub").resolve(name);
        MessageType schema = MessageTypeParser.parseMessageType(
                """
                message schema { optional group image { optional binary bytes; optional binary path (STRING); }
                optional %s; }""".formatted(labels[0] instanceof String ? "binary label (STRING)" : "int64 label"));
        String metadata =
                "{\"info\": {\"features\": {\"label\": {\"names\": [\"zebra\", \"ant\"], \"_type\": \"ClassLabel\"}}}}";
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new org.apache.hadoop.fs.Path(file.toUri()))
                .withType(schema)
                .withExtraMetaData(Map.of("huggingface", metadata))
                .build()) {
            for (int i = 0; i < labels.length; i++) {
                Group row = new SimpleGroup(schema);
                Group image = row.addGroup("image");
                image.add("path", i + ".png");
                byte[] png = PngEncoder.encode(ImageFolders.picture(name.hashCode() + i, 6, 5));
                if (!labels[i].equals(1L) || !name.startsWith("data/test")) {
                    image.add("bytes", Binary.fromConstantByteArray(png));
                }
                if (labels[i] instanceof String text) {
                    row.add("label", text);
                } else {
                    row.add("label", (Long) labels[i]);
                }
                writer.write(row);
            }
        }
        return temporary.resolve("hub");
    }

    @Test
    void huggingFacesParquetSaysItsClassesAndSplits() throws IOException {
        huggingFace("data/train-00000-of-00001.parquet", 0L, 1L, 0L);
        huggingFace("data/validation-00000-of-00001.parquet", 1L);
        Path hub = huggingFace("data/test-00000-of-00001.parquet", 0L, 1L, -1L);
        Files.writeString(hub.resolve("README.md"), "a dataset card");

        PrepareOutcome outcome =
                PrepareJob.run(spark, config(hub, SourceFormat.PARQUET).withMaxRejectedFraction(0.5));

        assertThat(outcome.manifest().content().classes()).containsExactly("zebra", "ant");
        assertThat(outcome.run().rejected()).isEqualTo(Map.of("no-label", 1L, "no-bytes", 1L));
        assertThat(outcome.run().leftOut()).isEqualTo(Map.of("no-image", 1L));
        assertThat(outcome.manifest().split(Split.TRAIN).perClass()).isEqualTo(Map.of("zebra", 2L, "ant", 1L));
        assertThat(outcome.manifest().split(Split.VAL).perClass()).isEqualTo(Map.of("zebra", 0L, "ant", 1L));
        assertThat(outcome.manifest().split(Split.TEST).perClass()).isEqualTo(Map.of("zebra", 1L, "ant", 0L));
    }

    @Test
    void parquetFilesThatDifferOrAreCutAreNamed() throws IOException {
        huggingFace("a.parquet", 0L, 1L);
        Path hub = huggingFace("b.parquet", "zebra");
        assertThatThrownBy(() -> PrepareJob.run(spark, config(hub, SourceFormat.PARQUET)))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("int64")
                .hasMessageContaining("b.parquet");

        byte[] whole = Files.readAllBytes(hub.resolve("b.parquet"));
        Files.write(hub.resolve("b.parquet"), Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> PrepareJob.run(spark, config(hub, SourceFormat.PARQUET)))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("b.parquet is cut short");
    }

    @Test
    void labelsInTheNamesOfFoldersStayText() throws IOException {
        String inference = "spark.sql.sources.partitionColumnTypeInference.enabled";
        for (String label : List.of("002", "010")) {
            spark.createDataFrame(
                            List.of(RowFactory.create(
                                    PngEncoder.encode(ImageFolders.picture(Integer.parseInt(label), 6, 5)))),
                            new StructType().add("image", DataTypes.BinaryType))
                    .write()
                    .parquet(temporary + "/table/label=" + label);
        }

        PrepareOutcome outcome = PrepareJob.run(spark, config(temporary.resolve("table"), SourceFormat.PARQUET));

        assertThat(outcome.manifest().content().classes()).containsExactly("002", "010");
        assertThat(spark.conf().get(inference)).isEqualTo("true");
    }

    private PrepareConfig config(Path input, SourceFormat format) {
        return PrepareConfig.of(
                input.toString(), format, temporary.resolve("dataset").toString());
    }

    private Map<String, Row> byRecord(Split split) {
        return ImageDataset.open(spark, temporary.resolve("dataset").toString()).rows(split).collectAsList().stream()
                .collect(Collectors.toMap(row -> row.<String>getAs("origin").replaceFirst(".*/", ""), row -> row));
    }

    private static byte[] cifarRecords(long seed, int count) {
        byte[] records = new byte[count * 3073];
        new Random(seed).nextBytes(records);
        for (int i = 0; i < count; i++) {
            records[i * 3073] = (byte) (i % 10);
        }
        return records;
    }

    private static byte[] idx(int magic, byte[] values, int... sizes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(magic);
        for (int size : sizes) {
            out.writeInt(size);
        }
        out.write(values);
        return bytes.toByteArray();
    }

    private static void write(Path file, byte[] content) throws IOException {
        try (OutputStream plain = Files.newOutputStream(file);
                OutputStream out = file.toString().endsWith(".gz") ? new GZIPOutputStream(plain) : plain) {
            out.write(content);
        }
    }
}
