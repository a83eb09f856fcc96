package io.resnetspark.jobs.config;

import com.typesafe.config.ConfigOrigin;
import io.resnetspark.model.error.ConfigurationException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One thing wrong with the configuration.
 *
 * @param path the key, for example {@code train.workers}
 * @param message what is wrong with it
 * @param location where it was set: file and line, {@code --set …} or an option; empty if nowhere
 */
record Problem(String path, String message, String location) {

    static Problem at(ConfigOrigin origin, String path, String message) {
        return new Problem(path, message, location(origin));
    }

    private static String location(ConfigOrigin origin) {
        if (origin.resource() != null) {
            return ""; // the shipped defaults: nothing the user wrote
        }
        if (origin.filename() == null) {
            return origin.description();
        }
        return origin.lineNumber() > 0 ? origin.filename() + ":" + origin.lineNumber() : origin.filename();
    }

    /** One exception that lists them all, one a line. */
    static ConfigurationException exception(List<Problem> problems) {
        String heading =
                problems.size() == 1 ? "The configuration has a problem:" : "The configuration has %d problems:";
        return new ConfigurationException(heading.formatted(problems.size())
                + problems.stream().map(Problem::line).collect(Collectors.joining()));
    }

    private String line() {
        String where = location.isEmpty() ? "" : " (%s)".formatted(location);
        return "%n  %s: %s%s".formatted(path, message, where);
    }
}
