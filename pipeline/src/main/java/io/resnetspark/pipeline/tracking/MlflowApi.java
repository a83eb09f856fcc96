package io.resnetspark.pipeline.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * MLflow's REST interface, as documented at mlflow.org/docs/latest/api_reference/rest-api.html.
 *
 * <p>MLflow's own {@code mlflow-client} (2.17.2, the newest for Java) is not used: it stores artifacts by starting {@code
 * python -m mlflow.store.artifact.cli}, so that a driver without Python could send neither a report nor a model; it has no
 * calls for dataset inputs, for making registered models or for aliases; its HTTP client waits without limit for a server
 * that stalls, and knows no proxies.
 */
final class MlflowApi {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final String API = "/api/2.0/mlflow/";
    private static final String ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Models are hundreds of megabytes. */
    private static final Duration PATIENCE_WITH_FILES = Duration.ofMinutes(15);

    private static final int LONGEST_EXCERPT = 300;

    private final String uri;
    private final Optional<String> authorization;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(20))
            .build();

    /**
     * @param uri of the server, without a slash at the end
     * @param environment with credentials, as for MLflow's own clients: {@code MLFLOW_TRACKING_USERNAME} and {@code
     *     MLFLOW_TRACKING_PASSWORD}, or {@code MLFLOW_TRACKING_TOKEN}
     */
    MlflowApi(String uri, Map<String, String> environment) {
        this.uri = uri;
        String username = environment.get("MLFLOW_TRACKING_USERNAME");
        String password = environment.get("MLFLOW_TRACKING_PASSWORD");
        if (username != null && password != null) {
            byte[] pair = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
            authorization = Optional.of("Basic " + Base64.getEncoder().encodeToString(pair));
        } else {
            authorization = Optional.ofNullable(environment.get("MLFLOW_TRACKING_TOKEN"))
                    .map(secret -> "Bearer " + secret);
        }
    }

    /** Whether there are credentials to send. */
    boolean hasCredentials() {
        return authorization.isPresent();
    }

    /**
     * Calls a method of the interface.
     *
     * @return the answer, or empty where the server says that there is no such thing
     * @throws MlflowException if the server does not answer or refuses
     */
    Optional<JsonNode> get(String method, String parameter, String value) {
        String query = "?%s=%s".formatted(parameter, URLEncoder.encode(value, StandardCharsets.UTF_8));
        HttpResponse<byte[]> response =
                send("GET", API + method + query, BodyPublishers.noBody(), "application/json", PATIENCE);
        if (response.statusCode() == 404 && error(response).equals("RESOURCE_DOES_NOT_EXIST")) {
            return Optional.empty();
        }
        return Optional.of(read(method, response));
    }

    /** @throws MlflowException if the server does not answer or refuses */
    JsonNode post(String method, ObjectNode request) {
        BodyPublisher body = BodyPublishers.ofString(request.toString(), StandardCharsets.UTF_8);
        return read(method, send("POST", API + method, body, "application/json", PATIENCE));
    }

    /**
     * Makes something that may be there already.
     *
     * @throws MlflowException if the server does not answer or refuses
     */
    void create(String method, ObjectNode request) {
        BodyPublisher body = BodyPublishers.ofString(request.toString(), StandardCharsets.UTF_8);
        HttpResponse<byte[]> response = send("POST", API + method, body, "application/json", PATIENCE);
        if (!error(response).equals("RESOURCE_ALREADY_EXISTS")) {
            read(method, response);
        }
    }

    /** The version of the server. */
    String version() {
        HttpResponse<byte[]> response = send("GET", "/version", BodyPublishers.noBody(), "application/json", PATIENCE);
        if (response.statusCode() / 100 != 2) {
            throw refused("version", response);
        }
        return new String(response.body(), StandardCharsets.UTF_8).strip();
    }

    /**
     * Stores a file among the artifacts that the server keeps itself.
     *
     * @param path below the root of the server's artifacts
     * @throws MlflowException if the server does not answer or refuses
     */
    void putArtifact(String path, byte[] content, String contentType) {
        String encoded = Arrays.stream(path.split("/"))
                .filter(part -> !part.isEmpty())
                .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
        read(
                path,
                send(
                        "PUT",
                        ARTIFACTS + encoded,
                        BodyPublishers.ofByteArray(content),
                        contentType,
                        PATIENCE_WITH_FILES));
    }

    private HttpResponse<byte[]> send(
            String verb, String path, BodyPublisher body, String contentType, Duration patience) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri + path))
                .timeout(patience)
                .header("Content-Type", contentType)
                .method(verb, body);
        authorization.ifPresent(value -> request.header("Authorization", value));
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new MlflowException(MlflowException.NO_RESPONSE, "%s does not answer (%s)".formatted(uri, e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MlflowException(MlflowException.NO_RESPONSE, "Interrupted while waiting for " + uri, e);
        }
    }

    private static JsonNode read(String what, HttpResponse<byte[]> response) {
        if (response.statusCode() / 100 != 2) {
            throw refused(what, response);
        }
        String body = new String(response.body(), StandardCharsets.UTF_8);
        try {
            return body.isBlank() ? JSON.createObjectNode() : JSON.readTree(body);
        } catch (IOException e) {
            throw new MlflowException(
                    response.statusCode(),
                    "the answer to %s is not MLflow's but that of something before it, such as a proxy or a login page: %s"
                            .formatted(what, excerpt(body)),
                    e);
        }
    }

    private static MlflowException refused(String what, HttpResponse<byte[]> response) {
        String body = excerpt(new String(response.body(), StandardCharsets.UTF_8));
        String location = response.headers()
                .firstValue("Location")
                .map(target -> " and sent on to " + target)
                .orElse("");
        return new MlflowException(
                response.statusCode(),
                "%s was refused with status %d%s: %s".formatted(what, response.statusCode(), location, body),
                null);
    }

    private static String excerpt(String body) {
        String line = body.strip().replaceAll("\\s+", " ");
        return line.length() <= LONGEST_EXCERPT ? line : line.substring(0, LONGEST_EXCERPT) + "…";
    }

    private static String error(HttpResponse<byte[]> response) {
        try {
            return JSON.readTree(response.body()).path("error_code").asText();
        } catch (IOException e) {
            return "";
        }
    }
}
