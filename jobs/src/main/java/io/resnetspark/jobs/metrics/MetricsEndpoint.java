package io.resnetspark.jobs.metrics;

import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import io.resnetspark.jobs.http.ReadOnlyServer;
import java.util.Optional;

/** {@code /metrics} of a process that trains, for as long as it does, if that is wanted. */
public final class MetricsEndpoint implements AutoCloseable {

    private final TrainingMetrics metrics = new TrainingMetrics();
    private final Optional<ReadOnlyServer> server;

    /**
     * Begins to answer, if the configuration names a port.
     *
     * @throws io.resnetspark.model.error.ConfigurationException if the address is not to be had
     */
    public MetricsEndpoint(MetricsConfig config) {
        server = config.port().isPresent()
                ? Optional.of(new ReadOnlyServer(
                        "metrics", config.host(), config.port().getAsInt()))
                : Optional.empty();
        server.ifPresent(http -> {
            http.handle("/metrics", new MetricsHandler(metrics.registry()));
            http.start();
        });
    }

    /** What Prometheus has to be told; empty without a port. */
    public Optional<String> url() {
        return server.map(http -> http.url() + "metrics");
    }

    /** Hears what it tells. */
    public TrainingMetrics metrics() {
        return metrics;
    }

    @Override
    public void close() {
        server.ifPresent(ReadOnlyServer::close);
    }
}
