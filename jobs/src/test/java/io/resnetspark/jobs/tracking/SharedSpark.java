package io.resnetspark.jobs.tracking;

import io.resnetspark.pipeline.dataset.DeltaSession;
import org.apache.spark.sql.SparkSession;

/** A session that all commands of a test join, as they do in a program that runs them itself: each saves seconds. */
final class SharedSpark {

    private SharedSpark() {}

    static SparkSession open() {
        SparkSession.Builder builder = SparkSession.builder().master("local[2]").config("spark.ui.enabled", "false");
        DeltaSession.ownSession().forEach(builder::config);
        return builder.getOrCreate();
    }
}
