package io.resnetspark.pipeline.dataset;

import io.resnetspark.model.error.ConfigurationException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.spark.sql.SparkSession;
import scala.Option;

/** What a Spark session needs so that it can read and write datasets. */
public final class DeltaSession {

    /** Settings to give to the session's builder, before it starts. */
    public static final Map<String, String> SETTINGS = Map.of(
            "spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension",
            "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog");

    private DeltaSession() {}

    /**
     * {@link #SETTINGS} for a session of our own. Spark makes a directory for tables by name as it starts, in the working
     * directory if it is told nothing; nobody here makes such tables.
     */
    public static Map<String, String> ownSession() {
        Map<String, String> settings = new LinkedHashMap<>(SETTINGS);
        settings.put(
                "spark.sql.warehouse.dir",
                Path.of(System.getProperty("java.io.tmpdir"), "resnet-spark-warehouse")
                        .toUri()
                        .toString());
        return settings;
    }

    /** @throws ConfigurationException if the session was started without {@link #SETTINGS} */
    public static void check(SparkSession spark) {
        SETTINGS.forEach((key, value) -> {
            String actual = spark.conf().get(key, "");
            if (!actual.contains(value)) {
                throw new ConfigurationException(
                        "Spark was started without Delta Lake: start it with --conf %s=%s (it is \"%s\")"
                                .formatted(key, value, actual));
            }
        });
    }

    /**
     * A session with settings of its own over the same Spark application, made the active one of this thread while
     * {@code body} runs, because Delta asks for the active session when it writes.
     */
    public static <T> T isolated(SparkSession spark, Map<String, String> settings, Function<SparkSession, T> body) {
        SparkSession session = spark.newSession();
        settings.forEach(session.conf()::set);
        Option<SparkSession> before = SparkSession.getActiveSession();
        SparkSession.setActiveSession(session);
        try {
            return body.apply(session);
        } finally {
            if (before.isDefined()) {
                SparkSession.setActiveSession(before.get());
            } else {
                SparkSession.clearActiveSession();
            }
        }
    }
}
