package io.resnetspark.pipeline.evaluation;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * What made a report, so that it can be traced and made again.
 *
 * @param createdAt UTC, ISO 8601
 * @param software versions of what computed it
 * @param hardware what it was computed on
 * @param inputs hashes and versions of model and dataset
 * @param configuration every resolved setting
 */
public record Provenance(
        String createdAt,
        Map<String, String> software,
        Map<String, String> hardware,
        Map<String, String> inputs,
        Map<String, String> configuration) {

    /** What is not known to the evaluation itself: this software's version and commit, the backend, the settings. */
    public record Stated(
            Map<String, String> software, Map<String, String> hardware, Map<String, String> configuration) {

        public static final Stated NOTHING = new Stated(Map.of(), Map.of(), Map.of());
    }

    static Provenance of(SparkSession spark, Stated stated, Map<String, String> inputs) {
        Map<String, String> software = new LinkedHashMap<>(stated.software());
        software.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        software.put("spark", spark.version());
        SparkContext context = spark.sparkContext();
        Map<String, String> hardware = new LinkedHashMap<>(stated.hardware());
        hardware.put("master", context.master());
        hardware.put("task slots", Integer.toString(context.defaultParallelism()));
        hardware.put(
                "driver",
                "%s %s, %d cores"
                        .formatted(
                                System.getProperty("os.name"),
                                System.getProperty("os.arch"),
                                Runtime.getRuntime().availableProcessors()));
        return new Provenance(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                software,
                hardware,
                inputs,
                stated.configuration());
    }
}
