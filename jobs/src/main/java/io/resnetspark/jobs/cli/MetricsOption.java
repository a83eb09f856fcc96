package io.resnetspark.jobs.cli;

import io.resnetspark.jobs.metrics.MetricsConfig;
import io.resnetspark.jobs.metrics.MetricsEndpoint;
import picocli.CommandLine.Option;

/** Metrics for Prometheus, of commands that train. */
public final class MetricsOption {

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            order = 93,
            description = "Answer Prometheus on this port while training; 0 for any free one.")
    @Overrides("metrics.port")
    Integer port;

    /**
     * Begins to answer, if the configuration names a port.
     *
     * @throws io.resnetspark.model.error.ConfigurationException if the address is not to be had
     */
    public static MetricsEndpoint open(Job job) {
        MetricsEndpoint endpoint = new MetricsEndpoint(job.config().bind("metrics", MetricsConfig.class));
        endpoint.url().ifPresent(url -> job.print("Metrics for Prometheus: " + url));
        return endpoint;
    }
}
