package io.resnetspark.pipeline.dataset;

import io.resnetspark.model.error.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import scala.Option;

/**
 * What a Spark session needs so that it can read and write datasets: Delta Lake on its class path, in the release made for
 * that Spark, and two settings.
 */
public final class DeltaSession {

    /** Settings to give to the session's builder, before it starts. */
    public static final Map<String, String> SETTINGS = Map.of(
            "spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension",
            "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog");

    private static final Pattern MINOR = Pattern.compile("\\d+\\.\\d+");

    private DeltaSession() {}

    /**
     * Settings for a session of our own: {@link #SETTINGS} where Delta Lake is there, and another place for the directory
     * for tables by name that Spark makes as it starts, in the working directory if it is told nothing; nobody here makes
     * such tables.
     */
    public static Map<String, String> ownSession() {
        Map<String, String> settings = new LinkedHashMap<>(isOnClassPath() ? SETTINGS : Map.of());
        settings.put(
                "spark.sql.warehouse.dir",
                Path.of(System.getProperty("java.io.tmpdir"), "resnet-spark-warehouse")
                        .toUri()
                        .toString());
        return settings;
    }

    /** Whether Delta Lake is there, in whatever release. */
    public static boolean isOnClassPath() {
        try {
            Class.forName(
                    SETTINGS.get("spark.sql.extensions"),
                    false,
                    Thread.currentThread().getContextClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /**
     * The Delta Lake that is made for a Spark, as {@code --packages} takes it; empty if none is known.
     *
     * @param sparkVersion for example 3.5.9
     */
    public static Optional<String> artifactFor(String sparkVersion) {
        Properties bySpark = new Properties();
        try (InputStream in = DeltaSession.class.getResourceAsStream("delta-by-spark.properties")) {
            bySpark.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Matcher minor = MINOR.matcher(sparkVersion);
        return minor.lookingAt() ? Optional.ofNullable(bySpark.getProperty(minor.group())) : Optional.empty();
    }

    /** @throws ConfigurationException if the session was started without Delta Lake or without {@link #SETTINGS} */
    public static void check(SparkSession spark) {
        if (!isOnClassPath()) {
            throw new ConfigurationException(artifactFor(spark.version())
                    .map(artifact -> "Datasets are tables of Delta Lake, which is not on the class path: "
                            + "start Spark %s with --packages %s".formatted(spark.version(), artifact))
                    .orElseGet(() ->
                            "Datasets are tables of Delta Lake, which is not on the class path; none is known for Spark %s"
                                    .formatted(spark.version())));
        }
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
