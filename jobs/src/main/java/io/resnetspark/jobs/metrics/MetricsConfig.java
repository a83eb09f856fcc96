package io.resnetspark.jobs.metrics;

import java.util.OptionalInt;

/**
 * Section {@code metrics} of the configuration.
 *
 * @param host address to listen on
 * @param port 0 for any free one; empty for no HTTP at all
 */
public record MetricsConfig(String host, OptionalInt port) {

    public MetricsConfig {
        if (port.isPresent() && (port.getAsInt() < 0 || port.getAsInt() > 65535)) {
            throw new IllegalArgumentException("port is 0 to 65535, not %d".formatted(port.getAsInt()));
        }
    }
}
