package io.resnetspark.pipeline.inference;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.error.ResNetSparkException;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.source.ParquetFiles;
import io.resnetspark.pipeline.storage.LeftOut;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Where images to predict come from. */
public sealed interface PredictionInput permits FolderInput, TableInput, TableImages {

    /**
     * {@code path} with {@code source_stamp} is the key of an input: a path whose content changed is a new input.
     */
    StructType KEYS =
            new StructType().add("path", DataTypes.StringType, false).add("source_stamp", DataTypes.StringType, false);

    /**
     * Opens what a configuration describes.
     *
     * @param path path or URI
     * @param output where the predictions go, which is no part of a folder of images
     * @throws ConfigurationException if a table has other columns
     * @throws BadDataException if there is no such table or dataset
     */
    static PredictionInput open(SparkSession spark, String path, PredictConfig config, String output) {
        return switch (config.format()) {
            case IMAGE_FOLDER -> new FolderInput(spark, path, Optional.of(output));
            case DATASET -> TableInput.of(ImageDataset.open(spark, path));
            case PARQUET, DELTA -> table(spark, path, config);
        };
    }

    /** As {@link #open(SparkSession, String, PredictConfig, String)}, with an output elsewhere. */
    static PredictionInput open(SparkSession spark, String path, PredictConfig config) {
        return config.format() == PredictConfig.Format.IMAGE_FOLDER
                ? new FolderInput(spark, path)
                : open(spark, path, config, "");
    }

    private static PredictionInput table(SparkSession spark, String path, PredictConfig config) {
        String format = config.format().name().toLowerCase(Locale.ROOT);
        PredictConfig.Columns columns = config.columns();
        Dataset<Row> rows;
        try {
            if (config.format() == PredictConfig.Format.PARQUET) {
                ParquetFiles files = ParquetFiles.of(spark, path);
                rows = withIds(files.rows(spark), columns.id());
                files.requireAlike(columns.image());
                files.requireAlike(columns.id());
            } else {
                rows = spark.read().format(format).load(path);
            }
        } catch (ResNetSparkException e) {
            throw e;
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
        return new TableImages(rows, columns.image(), columns.id());
    }

    /** The rows of files without ids, such as those of published datasets, are told apart by file and position. */
    private static Dataset<Row> withIds(Dataset<Row> rows, String id) {
        boolean named = Arrays.asList(rows.columns()).contains(id)
                || !id.equals(PredictConfig.standard().columns().id());
        return named
                ? rows
                : rows.withColumn(id, concat(col("_metadata.file_path"), lit("#"), col("_metadata.row_index")));
    }

    /** What lies among the images and is no part of the input. */
    default LeftOut leftOut() {
        return LeftOut.nothing();
    }

    /** Number of inputs. */
    default long count() {
        return keys().count();
    }

    /** The keys of all inputs. */
    Dataset<Row> keys();

    /** The images of all keys, as {@link #images(Dataset)}. */
    Dataset<Row> images();

    /**
     * The images of some keys: {@code path, source_stamp, image_id, width, height, channels, encoding, bytes, reason,
     * problem}, where {@code reason} and {@code problem} say why the bytes could not be had. In one partition for each task slot.
     *
     * @param keys rows of {@link #KEYS}
     */
    Dataset<Row> images(Dataset<Row> keys);
}
