package io.resnetspark.pipeline.inference;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Where images to predict come from. */
public sealed interface PredictionInput permits FolderInput, TableInput {

    /**
     * {@code path} with {@code source_stamp} is the key of an input: a path whose content changed is a new input.
     */
    StructType KEYS =
            new StructType().add("path", DataTypes.StringType, false).add("source_stamp", DataTypes.StringType, false);

    /** The keys of all inputs. */
    Dataset<Row> keys();

    /**
     * The images of some keys: {@code path, source_stamp, image_id, width, height, channels, encoding, bytes, problem},
     * where {@code problem} says why the bytes could not be had.
     *
     * @param keys rows of {@link #KEYS}
     */
    Dataset<Row> images(Dataset<Row> keys);
}
