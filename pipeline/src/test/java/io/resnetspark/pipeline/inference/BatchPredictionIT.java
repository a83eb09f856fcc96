package io.resnetspark.pipeline.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.dataset.TestDatasets;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchPredictionIT {

    private static final LinearSource MODEL = LinearSource.brightestChannel(3, 4);

    private static SparkSession spark;

    @TempDir
    Path folder;

    private Path input;
    private String output;

    @BeforeAll
    static void start() {
        spark = TestDatasets.spark();
    }

    @BeforeEach
    void makeImages() throws IOException {
        input = Files.createDirectories(folder.resolve("in put/ünder"));
        output = folder.resolve("out [1]").toString();
        picture("red.png", 0xFF0000);
        picture("green.png", 0x00FF00);
        picture("blue 1.png", 0x0000FF);
        Files.writeString(input.resolve("broken.png"), "not a picture");
        Files.write(input.resolve("empty.jpg"), new byte[0]);
        Files.write(input.resolve(".hidden"), new byte[] {1});
    }

    private void picture(String name, int rgb) throws IOException {
        BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 16; i++) {
            image.setRGB(i % 4, i / 4, rgb);
        }
        ImageIO.write(image, "png", input.resolve(name).toFile());
    }

    private static PredictConfigBuilder small() {
        return PredictConfigBuilder.builder(PredictConfig.standard()).batchSize(2);
    }

    private BatchPrediction.Outcome predict(String version, int imagesPerChunk) {
        return predict(version, small().imagesPerChunk(imagesPerChunk).build());
    }

    private BatchPrediction.Outcome predict(String version, PredictConfig config) {
        PredictionInput files = new FolderInput(spark, folder.resolve("in put").toString());
        return new BatchPrediction(spark, config).run(files, MODEL, version, output);
    }

    private Dataset<Row> table(String name) {
        return spark.read().parquet((output + "/" + name).replace("[", "\\[").replace("]", "\\]"));
    }

    @Test
    void everyInputIsInOneOfTheTables() {
        assertThat(predict("v1", 100)).isEqualTo(new BatchPrediction.Outcome(3, 2, 0));
        List<Row> predictions = table("predictions.parquet").orderBy("path").collectAsList();
        assertThat(predictions).extracting(row -> row.<String>getAs("label")).containsExactly("blue", "green", "red");
        Row red = predictions.get(2);
        assertThat(red.<String>getAs("path")).endsWith("/in put/ünder/red.png");
        assertThat(red.<String>getAs("image_id")).hasSize(64);
        assertThat(red.<String>getAs("model_version")).isEqualTo("v1");
        double expected = Math.exp(3) / (Math.exp(3) + 2);
        assertThat(red.<Double>getAs("probability")).isCloseTo(expected, within(1e-6));
        List<Row> top = red.getList(red.fieldIndex("top5"));
        assertThat(top).extracting(row -> row.getString(0)).containsExactly("red", "green", "blue");
        assertThat(top.get(0).getDouble(1)).isCloseTo(expected, within(1e-6));
        assertThat(table("rejects.parquet").orderBy("path").collectAsList())
                .extracting(row -> row.<String>getAs("reason"))
                .containsExactly("not_an_image", "empty");
        assertThat(LinearSource.OPEN).hasValue(0);
    }

    @Test
    void whatCannotBeReadIsRejectedAndWhatIsNoImageIsLeftOut() throws IOException {
        Files.delete(input.resolve("broken.png"));
        Files.delete(input.resolve("empty.jpg"));
        Files.move(input.resolve("red.png"), input.resolve("12:30.png"));
        Files.createSymbolicLink(input.resolve("gone.png"), Path.of("nowhere"));
        Files.createSymbolicLink(input.resolve("all"), Path.of(".."));
        Files.createDirectories(input.resolve(".ipynb_checkpoints"));
        Files.copy(input.resolve("green.png"), input.resolve(".ipynb_checkpoints/green.png"));
        Files.writeString(input.resolve("Thumbs.db"), "not an image");
        try (RandomAccessFile huge =
                new RandomAccessFile(input.resolve("film.png").toFile(), "rw")) {
            huge.setLength(3L << 30);
        }

        PredictionInput files = new FolderInput(spark, input.toString());
        assertThat(new BatchPrediction(spark, small().build()).run(files, MODEL, "v1", output))
                .isEqualTo(new BatchPrediction.Outcome(3, 2, 0));

        assertThat(files.leftOut().counts()).isEqualTo(Map.of("hidden", 2L, "no-image", 1L, "link-back", 1L));
        assertThat(table("rejects.parquet").orderBy("path").collectAsList())
                .extracting(row -> row.getAs("reason") + ": " + row.getAs("detail"))
                .containsExactly(
                        "too_large: The file has 3221225472 bytes, more than the limit of 268435456",
                        "unreadable: The link leads to nothing");
    }

    @Test
    void runningAgainDoesOnlyWhatIsMissing() throws IOException {
        predict("v1", 2);
        assertThat(predict("v1", 2)).isEqualTo(new BatchPrediction.Outcome(0, 0, 5));
        picture("new.png", 0xFF0000);
        // The same path with other content is another input.
        picture("red.png", 0x0000FF);
        Files.setLastModifiedTime(input.resolve("red.png"), FileTime.fromMillis(1_000_000));
        assertThat(predict("v1", 2)).isEqualTo(new BatchPrediction.Outcome(2, 0, 4));
        assertThat(table("predictions.parquet").count()).isEqualTo(5);
        assertThat(predict("v2", 100)).isEqualTo(new BatchPrediction.Outcome(4, 2, 0));
        assertThat(table("predictions.parquet")
                        .groupBy("path", "source_stamp", "model_version")
                        .count()
                        .where("count > 1")
                        .count())
                .isZero();
    }

    @Test
    void theSameWeightsWithOtherViewsPredictAnew() {
        predict("v1", 100);
        PredictConfig flip =
                small().testTimeAugmentation(TestTimeAugmentation.FLIP).build();
        assertThat(predict("v1", flip)).isEqualTo(new BatchPrediction.Outcome(3, 2, 0));
        assertThat(predict("v1", flip)).isEqualTo(new BatchPrediction.Outcome(0, 0, 5));
        assertThat(table("predictions.parquet")
                        .where("model_version = 'v1, flip'")
                        .count())
                .isEqualTo(3);
    }

    @Test
    void aKilledRunIsCompletedByTheNext() throws IOException {
        predict("v1", 2);
        // As if killed after the rejects of a chunk appeared and before its predictions did, with files staged.
        String lost =
                table("predictions.parquet").select("chunk").first().get(0).toString();
        long images = table("predictions.parquet").where("chunk = " + lost).count();
        Path predictions = Path.of(output, "predictions.parquet");
        try (Stream<Path> chunk = Files.walk(predictions.resolve("chunk=" + lost))) {
            for (Path file : chunk.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        Files.createDirectories(Path.of(output, ".staging-dead/predictions.parquet"));
        BatchPrediction.Outcome outcome = predict("v1", 2);
        assertThat(outcome.predicted()).isEqualTo(images).isPositive();
        assertThat(outcome.rejected()).isZero();
        assertThat(table("predictions.parquet").select("path").distinct().count())
                .isEqualTo(3);
        assertThat(table("predictions.parquet").count()).isEqualTo(3);
        assertThat(Path.of(output, ".staging-dead")).doesNotExist();
    }

    @Test
    void rowsOfATableArePredicted() {
        StructType schema = new StructType()
                .add("image_id", DataTypes.StringType)
                .add("origin", DataTypes.StringType)
                .add("width", DataTypes.IntegerType)
                .add("height", DataTypes.IntegerType)
                .add("channels", DataTypes.IntegerType)
                .add("encoding", DataTypes.StringType)
                .add("bytes", DataTypes.BinaryType);
        Dataset<Row> rows = spark.createDataFrame(
                List.of(
                        RowFactory.create("a", "o1", 1, 1, 3, "raw", new byte[] {0, 0, 100}),
                        RowFactory.create("b", "o2", 1, 1, 1, "raw", new byte[] {50})),
                schema);
        BatchPrediction.Outcome outcome = new BatchPrediction(spark, PredictConfig.standard())
                .run(new TableInput(rows), LinearSource.brightestChannel(1, 1), "v1", output);
        assertThat(outcome).isEqualTo(new BatchPrediction.Outcome(2, 0, 0));
        assertThat(table("predictions.parquet").orderBy("image_id").collectAsList())
                .extracting(row -> row.<String>getAs("label"))
                .as("grey is a tie, which the first class wins")
                .containsExactly("blue", "red");
    }

    private static PredictConfig tables(PredictConfig.Format format) {
        return small().format(format)
                .columns(new PredictConfig.Columns("photo", "number"))
                .build();
    }

    private Dataset<Row> photos(Long... numbers) throws IOException {
        StructType schema = new StructType()
                .add("number", DataTypes.LongType)
                .add("photo", DataTypes.BinaryType)
                .add("taken", DataTypes.StringType);
        List<byte[]> files = Arrays.asList(
                Files.readAllBytes(input.resolve("green.png")),
                Files.readAllBytes(input.resolve("blue 1.png")),
                null,
                Files.readAllBytes(input.resolve("broken.png")));
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < numbers.length; i++) {
            rows.add(RowFactory.create(numbers[i], files.get(i), "today"));
        }
        return spark.createDataFrame(rows, schema);
    }

    @ParameterizedTest
    @EnumSource(
            value = PredictConfig.Format.class,
            names = {"PARQUET", "DELTA"})
    void tablesOfImageFilesArePredictedOnce(PredictConfig.Format format) throws IOException {
        String path = folder + "/table-" + format;
        photos(1L, 2L, 3L, 4L)
                .write()
                .format(format.name().toLowerCase(Locale.ROOT))
                .save(path);
        BatchPrediction prediction = new BatchPrediction(spark, tables(format));
        PredictionInput table = PredictionInput.open(spark, path, tables(format));
        assertThat(prediction.run(table, MODEL, "v1", output)).isEqualTo(new BatchPrediction.Outcome(2, 2, 0));
        assertThat(prediction.run(table, MODEL, "v1", output)).isEqualTo(new BatchPrediction.Outcome(0, 0, 4));
        assertThat(table("predictions.parquet").orderBy("path").collectAsList())
                .extracting(row -> row.getAs("path") + " " + row.getAs("label"))
                .containsExactly("1 green", "2 blue");
        assertThat(table("rejects.parquet").orderBy("path").collectAsList())
                .extracting(row -> row.getAs("path") + " " + row.getAs("reason"))
                .containsExactly("3 unreadable", "4 not_an_image");
    }

    @Test
    void everyImageOfAPreparedDatasetIsPredicted() throws IOException {
        String dataset = TestDatasets.prepareSmallImages(spark, folder, 6, 2);
        PredictConfig config = tables(PredictConfig.Format.DATASET);
        assertThat(new BatchPrediction(spark, config)
                        .run(PredictionInput.open(spark, dataset, config), MODEL, "v1", output))
                .isEqualTo(new BatchPrediction.Outcome(8, 0, 0));
        assertThatThrownBy(() -> PredictionInput.open(spark, dataset, tables(PredictConfig.Format.PARQUET)))
                .as("which is no Parquet table as a whole")
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("as a parquet table");
    }

    @Test
    void tablesThatDoNotSayWhatIsWhatAreRefused() throws IOException {
        Dataset<Row> photos = photos(1L, 1L);
        assertThatThrownBy(() -> new TableImages(photos, "image", "number"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("no column image, but number, photo, taken");
        assertThatThrownBy(() -> new TableImages(photos, "taken", "number"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("holds string");
        assertThatThrownBy(() -> new TableImages(photos, "photo", "number").keys())
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("The id 1 occurs 2 times");
        assertThatThrownBy(() -> PredictionInput.open(spark, folder + "/nowhere", tables(PredictConfig.Format.DELTA)))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("nowhere");
    }

    /** The linear model's embedding of an image is its input: four by four pixels of red, green, blue in 0..1. */
    @Test
    void embeddingsAreAColumnOnRequest() {
        PredictionInput files = new FolderInput(spark, folder.resolve("in put").toString());
        PredictConfig config = small().embeddings(true).build();
        assertThat(new BatchPrediction(spark, config).run(files, MODEL, "v1", output))
                .isEqualTo(new BatchPrediction.Outcome(3, 2, 0));
        List<Row> predictions = table("predictions.parquet").orderBy("path").collectAsList();
        for (int channel = 0; channel < 3; channel++) {
            Row row = predictions.get(2 - channel); // blue, green, red
            List<Float> embedding = row.getList(row.fieldIndex("embedding"));
            assertThat(embedding).hasSize(48);
            for (int i = 0; i < 48; i++) {
                assertThat(embedding.get(i)).isEqualTo(i % 3 == channel ? 1f : 0f);
            }
        }
        assertThat(table("rejects.parquet").columns()).doesNotContain("embedding");
        assertThatThrownBy(() -> predict("v1", 100))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("with embeddings");
    }

    @Test
    void aFolderThatDoesNotExistIsSaid() {
        assertThatThrownBy(() -> new BatchPrediction(spark, PredictConfig.standard())
                        .run(new FolderInput(spark, folder + "/nowhere"), MODEL, "v1", output))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("nowhere does not exist");
    }
}
