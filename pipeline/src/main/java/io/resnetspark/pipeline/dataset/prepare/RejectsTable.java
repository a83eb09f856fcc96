package io.resnetspark.pipeline.dataset.prepare;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.current_timestamp;
import static org.apache.spark.sql.functions.lit;

import io.delta.tables.DeltaTable;
import io.resnetspark.pipeline.dataset.DeltaVersions;
import io.resnetspark.pipeline.dataset.prepare.ExaminedImages.Outcome;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The Delta table of what was not taken, and why: rejected files and duplicates. It is a log beside the dataset, each
 * finding once, and also tells of runs that made no version.
 */
public final class RejectsTable {

    /** The version of a table that does not exist. */
    public static final long NONE = -1;

    private final SparkSession spark;
    private final String path;

    RejectsTable(SparkSession spark, String path) {
        this.spark = spark;
        this.path = path;
    }

    /**
     * Adds the findings that are not in the table yet.
     *
     * @param examined rows of {@link ExaminedImages#SCHEMA}
     * @param version the dataset version the run works on
     */
    void append(Dataset<Row> examined, int version) {
        Dataset<Row> found = examined.where(col("outcome").isin(Outcome.REJECTED.label(), Outcome.DUPLICATE.label()))
                .select(
                        col("origin"),
                        col("reason"),
                        col("detail"),
                        col("image_id"),
                        col("label_name"),
                        col("source_split"),
                        col("source_size"),
                        lit(version).as("version"),
                        current_timestamp().as("seen_at"));
        Dataset<Row> unknown = found;
        if (exists()) {
            Dataset<Row> known = spark.read().format("delta").load(path);
            unknown = found.join(
                    known.select(
                            col("origin").as("known_origin"),
                            col("reason").as("known_reason"),
                            col("image_id").as("known_id")),
                    col("origin")
                            .equalTo(col("known_origin"))
                            .and(col("reason").equalTo(col("known_reason")))
                            .and(col("image_id").eqNullSafe(col("known_id"))),
                    "left_anti");
        }
        if (!unknown.isEmpty()) {
            unknown.coalesce(1).write().format("delta").mode("append").save(path);
        }
    }

    /** The newest version, or {@link #NONE}. */
    long version() {
        return exists() ? DeltaVersions.newest(spark, path) : NONE;
    }

    private boolean exists() {
        return DeltaTable.isDeltaTable(spark, path);
    }
}
