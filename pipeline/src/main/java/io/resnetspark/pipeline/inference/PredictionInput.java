package io.resnetspark.pipeline.inference;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import java.util.Arrays;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Where images to predict come from. */
public sealed interface PredictionInput permits FolderInput, TableInput, ImageTable {

    /**
     * {@code path} with {@code source_stamp} is the key of an input: a path whose content changed is a new input.
     */
    StructType KEYS =
            new StructType().add("path", DataTypes.StringType, false).add("source_stamp", DataTypes.StringType, false);

    /**
     * Opens what a configuration describes.
     *
     * @param path path or URI
     * @throws ConfigurationException if a table has other columns
     * @throws BadDataException if there is no such table or dataset
     */
    static PredictionInput open(SparkSession spark, String path, PredictConfig config) {
        return switch (config.format()) {
            case IMAGE_FOLDER -> new FolderInput(spark, path);
            case DATASET -> new TableInput(allSplits(ImageDataset.open(spark, path)));
            case PARQUET, DELTA -> table(spark, path, config);
        };
    }

    private static Dataset<Row> allSplits(ImageDataset dataset) {
        return Arrays.stream(Split.values())
                .map(dataset::rows)
                .reduce(Dataset::union)
                .orElseThrow();
    }

    private static PredictionInput table(SparkSession spark, String path, PredictConfig config) {
        String format = config.format().name().toLowerCase(Locale.ROOT);
        Dataset<Row> rows;
        try {
            rows = spark.read().format(format).load(path);
        } catch (Exception | AssertionError e) {
            // Spark throws checked exceptions undeclared, and asserts that a folder's files are of one kind.
            throw new BadDataException(
                    "Cannot read %s as a %s table: %s"
                            .formatted(
                                    path,
                                    format,
                                    String.valueOf(e.getMessage())
                                            .lines()
                                            .findFirst()
                                            .orElse("")),
                    e);
        }
        return new ImageTable(rows, config.columns().image(), config.columns().id());
    }

    /** The keys of all inputs. */
    Dataset<Row> keys();

    /**
     * The images of some keys: {@code path, source_stamp, image_id, width, height, channels, encoding, bytes, problem},
     * where {@code problem} says why the bytes could not be had. In one partition for each task slot.
     *
     * @param keys rows of {@link #KEYS}
     */
    Dataset<Row> images(Dataset<Row> keys);
}
