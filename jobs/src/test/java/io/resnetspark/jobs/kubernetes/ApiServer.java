package io.resnetspark.jobs.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** Takes everything that is created through Kubernetes' API and keeps it; no pod is ever started. */
final class ApiServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Everything that was created or applied, in order. */
    private final List<JsonNode> created = new CopyOnWriteArrayList<>();

    private final HttpServer server;

    ApiServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "api-server");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", this::answer);
        server.start();
    }

    /** For {@code --master}. */
    String master() {
        return "k8s://http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<JsonNode> created(String kind) {
        return created.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .toList();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            JsonNode answer;
            int status = 200;
            switch (exchange.getRequestMethod()) {
                case "POST", "PUT", "PATCH" -> {
                    JsonNode object = JSON.readTree(body);
                    created.add(object.deepCopy());
                    ((ObjectNode) object.path("metadata"))
                            .put("uid", UUID.randomUUID().toString())
                            .put("resourceVersion", "1");
                    answer = object;
                    status = exchange.getRequestMethod().equals("POST") ? 201 : 200;
                }
                case "GET" -> answer = found(exchange.getRequestURI().getPath());
                default ->
                    answer = JSON.createObjectNode().put("kind", "Status").put("status", "Success");
            }
            if (answer.path("code").asInt() == 404) {
                status = 404;
            }
            byte[] text = JSON.writeValueAsBytes(answer);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, text.length);
            exchange.getResponseBody().write(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An object by its name, or an empty list of them. */
    private JsonNode found(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        for (JsonNode object : created) {
            if (object.at("/metadata/name").asText().equals(name)) {
                return object;
            }
        }
        if (List.of("pods", "configmaps", "services", "persistentvolumeclaims").contains(name)) {
            ObjectNode list = JSON.createObjectNode().put("kind", "List").put("apiVersion", "v1");
            list.putObject("metadata").put("resourceVersion", "1");
            list.putArray("items");
            return list;
        }
        return JSON.createObjectNode()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", "Failure")
                .put("reason", "NotFound")
                .put("code", 404);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
