package io.resnetspark.pipeline.inference;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.resnetspark.pipeline.dataset.ImageDataset;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The rows of a table, such as a dataset's: {@code image_id, origin, width, height, channels, encoding, bytes}. The path
 * of a row is its {@code origin}, the stamp its {@code image_id}.
 */
public record TableInput(Dataset<Row> rows) implements PredictionInput {

    /** The images of all splits. */
    static TableInput of(ImageDataset dataset) {
        return new TableInput(dataset.rows());
    }

    @Override
    public Dataset<Row> keys() {
        return rows.select(col("origin").as("path"), col("image_id").as("source_stamp"));
    }

    @Override
    public Dataset<Row> images() {
        return EvenShares.of(rows, all());
    }

    @Override
    public Dataset<Row> images(Dataset<Row> keys) {
        return EvenShares.of(rows, all().join(keys, new String[] {"path", "source_stamp"}, "left_semi"));
    }

    private Dataset<Row> all() {
        return rows.withColumn("path", col("origin"))
                .withColumn("source_stamp", col("image_id"))
                .withColumn("reason", lit(null).cast("string"))
                .withColumn("problem", lit(null).cast("string"))
                .select(
                        "path",
                        "source_stamp",
                        "image_id",
                        "width",
                        "height",
                        "channels",
                        "encoding",
                        "bytes",
                        "reason",
                        "problem");
    }
}
