package io.resnetspark.jobs.schedule;

import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import io.resnetspark.jobs.http.ReadOnlyServer;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * What the scheduler tells over HTTP: {@code /} the history page, {@code /history.json}, {@code /health}, {@code /metrics}
 * and the files of each run. Nothing can be changed through it.
 */
final class HttpEndpoint implements AutoCloseable {

    /**
     * @param ok whether all is well
     * @param json what there is to say
     */
    record Health(boolean ok, String json) {}

    private record Response(int status, String type, byte[] body) {

        static Response text(int status, String type, String text) {
            return new Response(status, type + "; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
        }
    }

    @FunctionalInterface
    private interface Page {
        Response of(String path) throws IOException;
    }

    private final ReadOnlyServer server;

    /**
     * Begins to listen; answers once {@link #serve} was called.
     *
     * @throws io.resnetspark.model.error.ConfigurationException if the address is not to be had
     */
    HttpEndpoint(String host, int port) {
        server = new ReadOnlyServer("schedule.http", host, port);
    }

    /** The address of the history page. */
    String url() {
        return server.url();
    }

    void serve(Supplier<HistoryView> history, ScheduleMetrics metrics, Supplier<Health> health, Path folder) {
        handle(
                "/",
                path -> path.equals("/")
                        ? Response.text(200, "text/html", HistoryPage.of(history.get()))
                        : Response.text(404, "text/plain", "Nothing is here.\n"));
        handle("/history.json", path -> Response.text(200, "application/json", JsonDocument.text(history.get())));
        handle("/health", path -> {
            Health now = health.get();
            return Response.text(now.ok() ? 200 : 503, "application/json", now.json());
        });
        handle("/runs/", path -> file(folder, path));
        server.handle("/metrics", new MetricsHandler(metrics.registry()));
        server.start();
    }

    private static Response file(Path folder, String path) throws IOException {
        Path file = folder.resolve(path.substring(1)).normalize();
        boolean below = file.startsWith(folder.resolve("runs"));
        if (!below || !Files.isRegularFile(file)) {
            return Response.text(404, "text/plain", "There is no such file; its run may be too old to be kept.\n");
        }
        String type = path.endsWith(".json") ? "application/json" : "text/plain";
        return new Response(200, type + "; charset=utf-8", Files.readAllBytes(file));
    }

    private void handle(String path, Page page) {
        server.handle(path, exchange -> {
            Response response = page.of(exchange.getRequestURI().getPath());
            exchange.getResponseHeaders().set("Content-Type", response.type());
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(response.status(), head ? -1 : response.body().length);
            if (!head) {
                exchange.getResponseBody().write(response.body());
            }
        });
    }

    @Override
    public void close() {
        server.close();
    }
}
