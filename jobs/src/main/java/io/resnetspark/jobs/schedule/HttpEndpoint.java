package io.resnetspark.jobs.schedule;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the scheduler tells over HTTP: {@code /} the history page, {@code /history.json}, {@code /health}, {@code /metrics}
 * and the files of each run. Nothing can be changed through it.
 */
final class HttpEndpoint implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(HttpEndpoint.class);
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final int THREADS = 4;

    /**
     * @param ok whether all is well
     * @param json what there is to say
     */
    record Health(boolean ok, String json) {}

    private record Answer(int status, String type, byte[] body) {

        static Answer text(int status, String type, String text) {
            return new Answer(status, type + "; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
        }
    }

    @FunctionalInterface
    private interface Page {
        Answer of(String path) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads;
    private final boolean loopback;

    /**
     * Begins to listen; answers once {@link #serve} was called.
     *
     * @throws ConfigurationException if the address is not to be had
     */
    HttpEndpoint(String host, int port) {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new ConfigurationException("schedule.http.host: nothing is known by the name %s".formatted(host));
        }
        this.loopback = address.getAddress().isLoopbackAddress();
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "Cannot listen on %s:%d: %s. Set schedule.http.port to a free one, or to null for none."
                            .formatted(host, port, e.getMessage()),
                    e);
        }
        threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "http");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
    }

    /** The address of the history page. */
    String url() {
        InetSocketAddress address = server.getAddress();
        String host = address.getHostString();
        return "http://%s:%d/".formatted(host.contains(":") ? "[" + host + "]" : host, address.getPort());
    }

    void serve(Supplier<HistoryView> history, ScheduleMetrics metrics, Supplier<Health> health, Path folder) {
        handle(
                "/",
                path -> path.equals("/")
                        ? Answer.text(200, "text/html", HistoryPage.of(history.get()))
                        : Answer.text(404, "text/plain", "Nothing is here.\n"));
        handle("/history.json", path -> Answer.text(200, "application/json", JsonDocument.text(history.get())));
        handle("/health", path -> {
            Health now = health.get();
            return Answer.text(now.ok() ? 200 : 503, "application/json", now.json());
        });
        handle("/runs/", path -> file(folder, path));
        server.createContext("/metrics", guarded(new MetricsHandler(metrics.registry())));
        server.start();
    }

    private static Answer file(Path folder, String path) throws IOException {
        Path file = folder.resolve(path.substring(1)).normalize();
        boolean below = file.startsWith(folder.resolve("runs"));
        if (!below || !Files.isRegularFile(file)) {
            return Answer.text(404, "text/plain", "There is no such file; its run may be too old to be kept.\n");
        }
        String type = path.endsWith(".json") ? "application/json" : "text/plain";
        return new Answer(200, type + "; charset=utf-8", Files.readAllBytes(file));
    }

    private void handle(String path, Page page) {
        server.createContext(path, guarded(exchange -> {
            Answer answer = page.of(exchange.getRequestURI().getPath());
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status(), head ? -1 : answer.body().length);
            if (!head) {
                exchange.getResponseBody().write(answer.body());
            }
        }));
    }

    /** Only reading, and on loopback only by loopback's names: a page on the web cannot lend this one its own. */
    private HttpHandler guarded(HttpHandler handler) {
        return exchange -> {
            try (HttpExchange closing = exchange) {
                String method = exchange.getRequestMethod();
                if (!method.equals("GET") && !method.equals("HEAD")) {
                    exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                    exchange.sendResponseHeaders(405, -1);
                } else if (loopback && !LOOPBACK_NAMES.contains(hostAsked(exchange))) {
                    exchange.sendResponseHeaders(421, -1);
                } else {
                    handler.handle(exchange);
                }
            } catch (IOException | RuntimeException e) {
                LOGGER.warn("Could not answer {}: {}", exchange.getRequestURI(), e.getMessage());
            }
        };
    }

    private static String hostAsked(HttpExchange exchange) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst("Host"))
                .map(host -> host.replaceFirst(":\\d+$", ""))
                .orElse("localhost");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
