package io.resnetspark.pipeline.inference;

import static org.apache.spark.sql.functions.col;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.QueryExecution;

/**
 * Spreads images over the task slots, in one partition each: a network is opened per partition, and the slot with the most
 * images is the one that all wait for.
 */
public final class EvenShares {

    /** So many pieces of a table for each slot are even enough by themselves; fewer may all but one be empty. */
    private static final int PIECES_PER_SLOT = 4;

    private EvenShares() {}

    /**
     * Spreads images. Few pieces are dealt out anew, by their hash: Spark cuts files by bytes, but a Parquet row group is
     * read whole by one task, so that of a small dataset most tasks would get nothing.
     *
     * @param table that the images are read from
     * @param images rows with at least {@code image_id}
     */
    public static Dataset<Row> of(Dataset<Row> table, Dataset<Row> images) {
        SparkSession spark = images.sparkSession();
        int slots = spark.sparkContext().defaultParallelism();
        double even =
                (double) PIECES_PER_SLOT * slots * spark.sessionState().conf().filesMaxPartitionBytes();
        // By the plan's estimate: to count the pieces themselves, Spark would plan the whole reading. Even before it is
        // optimised, when it knows the whole table only, the plan tells that a table is small.
        QueryExecution plan = table.queryExecution();
        return bytes(plan.analyzed()) >= even && bytes(plan.optimizedPlan()) >= even
                ? images.coalesce(slots)
                : images.repartition(slots, col("image_id"));
    }

    private static double bytes(LogicalPlan plan) {
        return plan.stats().sizeInBytes().doubleValue();
    }
}
