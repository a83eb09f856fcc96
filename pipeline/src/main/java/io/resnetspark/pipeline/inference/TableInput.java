package io.resnetspark.pipeline.inference;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import java.util.Arrays;
import java.util.OptionalLong;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The rows of a table, such as a dataset's: {@code image_id, origin, width, height, channels, encoding, bytes}. The path
 * of a row is its {@code origin}, the stamp its {@code image_id}.
 *
 * @param known their number, where it is
 */
public record TableInput(Dataset<Row> rows, OptionalLong known) implements PredictionInput {

    public TableInput(Dataset<Row> rows) {
        this(rows, OptionalLong.empty());
    }

    /** The images of all splits. */
    static TableInput of(ImageDataset dataset) {
        long images = Arrays.stream(Split.values()).mapToLong(dataset::images).sum();
        return new TableInput(dataset.rows(), OptionalLong.of(images));
    }

    @Override
    public long count() {
        return known.orElseGet(rows::count);
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
