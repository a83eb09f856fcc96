package io.resnetspark.pipeline.dataset;

import org.apache.spark.sql.SparkSession;

/** A Spark session with Delta in this JVM, shared by the tests that run in it. */
final class LocalSpark {

    private LocalSpark() {}

    static SparkSession session() {
        SparkSession.Builder builder = SparkSession.builder()
                .master("local[2]")
                .appName("dataset tests")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                // Tables of a few rows: writing and compiling a query's code takes seconds, interpreting it a moment.
                .config("spark.sql.codegen.wholeStage", "false")
                .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.databricks.delta.snapshotPartitions", "1");
        DeltaSession.ownSession().forEach(builder::config);
        return builder.getOrCreate();
    }
}
