package io.resnetspark.pipeline.inference;

import io.resnetspark.model.error.ResNetSparkException;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;

/** Runs Spark jobs under names that Spark's own page shows. */
public record NamedJobs(JavaSparkContext context) {

    /** Failures that a task wrote for the user come out as themselves, not wrapped in Spark's. */
    public <T> T run(String description, Supplier<T> jobs) {
        context.setJobDescription(description);
        try {
            return jobs.get();
        } catch (Exception e) { // Spark's own exception is checked, and thrown without being declared
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof ResNetSparkException forTheUser) {
                    throw forTheUser;
                }
            }
            throw e;
        } finally {
            context.setJobDescription(null);
        }
    }
}
