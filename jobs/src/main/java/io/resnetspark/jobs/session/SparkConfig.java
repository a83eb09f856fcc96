package io.resnetspark.jobs.session;

import java.util.Map;
import java.util.Optional;

/**
 * Section {@code spark} of the configuration.
 *
 * @param master where to run: {@code local[N]}, {@code spark://host:port}, …; empty for what spark-submit says, else all
 *     local cores
 * @param ui whether Spark's web interface runs while a command does
 * @param conf any of Spark's own settings, by their full names
 */
public record SparkConfig(Optional<String> master, boolean ui, Map<String, String> conf) {}
