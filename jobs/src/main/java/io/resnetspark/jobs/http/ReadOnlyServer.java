package io.resnetspark.jobs.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.resnetspark.model.error.ConfigurationException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An HTTP server through which nothing can be changed. */
public final class ReadOnlyServer implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(ReadOnlyServer.class);
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final int THREADS = 4;

    private final HttpServer server;
    private final ExecutorService threads;
    private final boolean loopback;

    /**
     * Begins to listen; answers once {@link #start} was called.
     *
     * @param section of the configuration that has {@code host} and {@code port}, for messages
     * @throws ConfigurationException if the address is not to be had
     */
    public ReadOnlyServer(String section, String host, int port) {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new ConfigurationException("%s.host: nothing is known by the name %s".formatted(section, host));
        }
        this.loopback = address.getAddress().isLoopbackAddress();
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "Cannot listen on %s:%d: %s. Set %s.port to a free one, or to null for none."
                            .formatted(host, port, e.getMessage(), section),
                    e);
        }
        threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "http");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
    }

    /** The address of its root. */
    public String url() {
        InetSocketAddress address = server.getAddress();
        String host = address.getHostString();
        return "http://%s:%d/".formatted(host.contains(":") ? "[" + host + "]" : host, address.getPort());
    }

    /** Lets {@code handler} answer what is asked below a path. */
    public void handle(String path, HttpHandler handler) {
        server.createContext(path, guarded(handler));
    }

    public void start() {
        server.start();
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
