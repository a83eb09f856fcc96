package io.resnetspark.jobs.doctor;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.dataset.DeltaSession;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Runs a small job to see that Spark works, and what its executors run on. */
public final class SparkCheck {

    private SparkCheck() {}

    /** The session as it presents itself. */
    public static Finding session(SparkSession spark) {
        return Finding.ok(
                "Spark",
                "Spark %s on %s".formatted(spark.version(), spark.sparkContext().master()));
    }

    /** Whether the session can read and write datasets. */
    public static Finding delta(SparkSession spark) {
        try {
            DeltaSession.check(spark);
            return Finding.ok("Delta Lake", io.delta.package$.MODULE$.VERSION());
        } catch (ConfigurationException e) {
            return Finding.problem(
                    "Delta Lake", e.getMessage(), "Without it there are no datasets: bin/resnet adds it.");
        }
    }

    /**
     * The machines that executors run on, one entry for each machine that took part; in {@code local} mode that is this
     * process. Needs one task to run somewhere, and asks as many as there are cores.
     */
    public static List<Host> executors(SparkSession spark) {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        int tasks = Math.max(1, context.defaultParallelism());
        List<Integer> numbers = IntStream.range(0, tasks).boxed().toList();
        return context.parallelize(numbers, tasks).map(task -> Host.ofThisTask()).collect().stream()
                .collect(Collectors.toMap(Host::name, host -> host, (one, same) -> one))
                .values()
                .stream()
                .sorted(Comparator.comparing(Host::name))
                .toList();
    }
}
