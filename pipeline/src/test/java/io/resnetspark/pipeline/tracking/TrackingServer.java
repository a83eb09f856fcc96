package io.resnetspark.pipeline.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What MLflow documents of its REST interface (mlflow.org/docs/latest/api_reference/rest-api.html), as far as it is used:
 * experiments, runs, batches with their limits, parameters that never change, artifacts. Not MLflow itself.
 */
final class TrackingServer implements AutoCloseable {

    /** A run as the server knows it. */
    static final class Run {
        final Map<String, String> tags = new TreeMap<>();
        final Map<String, String> parameters = new TreeMap<>();
        final List<JsonNode> metrics = new ArrayList<>();
        String status = "RUNNING";
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String API = "/api/2.0/mlflow/";
    private static final String ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts";

    final Map<String, String> experiments = new LinkedHashMap<>();
    final Set<String> deleted = new HashSet<>();
    final Map<String, Run> runs = new LinkedHashMap<>();
    final Map<String, byte[]> artifacts = new TreeMap<>();
    private final String artifactRoot;
    private final HttpServer server;
    boolean readOnly;
    private int refusedStatus;
    private String refusedBody = "";
    private boolean closed;

    /** @param artifactRoot URI below which runs have their artifacts */
    TrackingServer(String artifactRoot) throws IOException {
        this.artifactRoot = artifactRoot;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final String code;

        Refused(int status, String code, String message) {
            super(message);
            this.status = status;
            this.code = code;
        }
    }

    /** From now on, whatever is asked, as a proxy or a check of credentials would. */
    synchronized void refuseAllWith(int status, String body) {
        refusedStatus = status;
        refusedBody = body;
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        if (refusedStatus > 0) {
            byte[] body = refusedBody.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.getResponseHeaders().set("Location", "https://login.example/");
            exchange.sendResponseHeaders(refusedStatus, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
            return;
        }
        int status = 200;
        byte[] answer;
        try {
            answer = answer(exchange);
        } catch (Refused e) {
            status = e.status;
            answer = JSON.writeValueAsBytes(
                    JSON.createObjectNode().put("error_code", e.code).put("message", e.getMessage()));
        }
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private byte[] answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (exchange.getRequestMethod().equals("PUT") && path.startsWith(ARTIFACTS + "/")) {
            artifacts.put(path.substring(ARTIFACTS.length()), body);
            return JSON.writeValueAsBytes(JSON.createObjectNode());
        }
        if (!path.startsWith(API)) {
            throw new Refused(404, "ENDPOINT_NOT_FOUND", path);
        }
        ObjectNode answer = JSON.createObjectNode();
        switch (exchange.getRequestMethod() + " " + path.substring(API.length())) {
            case "GET experiments/get-by-name" -> {
                String name = query(exchange, "experiment_name");
                if (!experiments.containsKey(name)) {
                    throw new Refused(404, "RESOURCE_DOES_NOT_EXIST", "No experiment " + name);
                }
                answer.putObject("experiment")
                        .put("experiment_id", experiments.get(name))
                        .put("name", name)
                        .put("lifecycle_stage", deleted.contains(name) ? "deleted" : "active");
            }
            case "POST experiments/create" -> {
                String id = Integer.toString(experiments.size() + 1);
                experiments.put(JSON.readTree(body).path("name").asText(), id);
                answer.put("experiment_id", id);
            }
            case "POST experiments/set-experiment-tag" -> {
                if (readOnly) {
                    throw new Refused(403, "PERMISSION_DENIED", "Permission denied");
                }
            }
            case "POST runs/log-inputs" -> run(JSON.readTree(body));
            case "POST runs/search" -> search(JSON.readTree(body), answer);
            case "POST runs/create" -> create(JSON.readTree(body), answer);
            case "POST runs/log-batch" -> log(JSON.readTree(body));
            case "POST runs/set-tag" -> {
                JsonNode tag = JSON.readTree(body);
                run(tag).tags.put(tag.path("key").asText(), tag.path("value").asText());
            }
            case "POST runs/update" -> {
                JsonNode update = JSON.readTree(body);
                run(update).status = update.path("status").asText();
            }
            default -> throw new Refused(404, "ENDPOINT_NOT_FOUND", path);
        }
        return JSON.writeValueAsBytes(answer);
    }

    private static String query(HttpExchange exchange, String key) {
        for (String pair : exchange.getRequestURI().getRawQuery().split("&")) {
            if (pair.startsWith(key + "=")) {
                return URLDecoder.decode(pair.substring(key.length() + 1), StandardCharsets.UTF_8);
            }
        }
        throw new Refused(400, "INVALID_PARAMETER_VALUE", "Missing " + key);
    }

    private Run run(JsonNode request) {
        Run run = runs.get(request.path("run_id").asText());
        if (run == null) {
            throw new Refused(404, "RESOURCE_DOES_NOT_EXIST", "No run " + request);
        }
        return run;
    }

    /** Filters of the form tags.`key` = 'value'. */
    private void search(JsonNode request, ObjectNode answer) {
        String[] filter = request.path("filter").asText().split("`|'");
        ArrayNode found = answer.putArray("runs");
        runs.forEach((id, run) -> {
            if (filter[3].equals(run.tags.get(filter[1]))) {
                ObjectNode one = found.addObject();
                one.set("info", info(id, run));
                ObjectNode data = one.putObject("data");
                ArrayNode tags = data.putArray("tags");
                run.tags.forEach(
                        (key, value) -> tags.addObject().put("key", key).put("value", value));
                Map<String, JsonNode> latest = new TreeMap<>();
                run.metrics.forEach(metric -> latest.put(metric.path("key").asText(), metric));
                data.putArray("metrics").addAll(latest.values());
            }
        });
    }

    private void create(JsonNode request, ObjectNode answer) {
        if (!experiments.containsValue(request.path("experiment_id").asText())) {
            throw new Refused(404, "RESOURCE_DOES_NOT_EXIST", "No experiment of " + request);
        }
        Run run = new Run();
        request.path("tags")
                .forEach(tag ->
                        run.tags.put(tag.path("key").asText(), tag.path("value").asText()));
        String id = "run%d".formatted(runs.size() + 1);
        runs.put(id, run);
        answer.putObject("run").set("info", info(id, run));
    }

    private ObjectNode info(String id, Run run) {
        return JSON.createObjectNode()
                .put("run_id", id)
                .put("run_uuid", id)
                .put("status", run.status)
                .put("artifact_uri", "%s/%s/artifacts".formatted(artifactRoot, id));
    }

    private void log(JsonNode request) {
        Run run = run(request);
        if (request.path("metrics").size() > 1000 || request.path("params").size() > 100) {
            throw new Refused(400, "INVALID_PARAMETER_VALUE", "A batch has at most 1000 metrics and 100 params");
        }
        for (JsonNode parameter : request.path("params")) {
            String key = parameter.path("key").asText();
            String value = parameter.path("value").asText();
            if (!key.matches("[\\w./ -]{1,250}") || value.length() > 500) {
                throw new Refused(400, "INVALID_PARAMETER_VALUE", key);
            }
            String before = run.parameters.putIfAbsent(key, value);
            if (before != null && !before.equals(value)) {
                throw new Refused(400, "INVALID_PARAMETER_VALUE", "Changing param values is not allowed: " + key);
            }
        }
        request.path("metrics").forEach(metric -> {
            if (!metric.path("value").isNumber()) {
                throw new Refused(400, "INVALID_PARAMETER_VALUE", metric.toString());
            }
            run.metrics.add(metric);
        });
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            server.stop(0);
        }
    }
}
