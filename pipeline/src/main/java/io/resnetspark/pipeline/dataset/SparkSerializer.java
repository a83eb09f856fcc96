package io.resnetspark.pipeline.dataset;

import io.resnetspark.model.error.ConfigurationException;
import org.apache.spark.SparkConf;

/** What Spark must serialize with all that travels outside of its SQL: Java's own, because Kryo cannot read Java records. */
public final class SparkSerializer {

    private static final String SETTING = "spark.serializer";

    private static final String JAVA = "org.apache.spark.serializer.JavaSerializer";

    private SparkSerializer() {}

    /** Sets it for an application of our own, whatever the cluster's defaults are. */
    public static void choose(SparkConf conf) {
        conf.set(SETTING, JAVA);
    }

    /** @throws ConfigurationException if an application that runs serializes with Kryo */
    public static void check(SparkConf conf) {
        String actual = conf.get(SETTING, JAVA);
        if (actual.endsWith("KryoSerializer")) {
            throw new ConfigurationException(
                    "Spark was started with %s=%s, and Kryo cannot read Java records: start it with --conf %s=%s (SQL is as fast with either)"
                            .formatted(SETTING, actual, SETTING, JAVA));
        }
    }
}
