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
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * MLflow's REST interface, as documented at mlflow.org/docs/latest/api_reference/rest-api.html. Credentials come from
 * {@code MLFLOW_TRACKING_USERNAME} and {@code MLFLOW_TRACKING_PASSWORD}, or {@code MLFLOW_TRACKING_TOKEN}, as for MLflow's
 * own clients.
 */
final class MlflowApi {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final String API = "/api/2.0/mlflow/";
    private static final String ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String uri;
    private final Optional<String> authorization;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(20))
            .build();

    /** @param uri of the server, without a slash at the end */
    MlflowApi(String uri) {
        this.uri = uri;
        String username = System.getenv("MLFLOW_TRACKING_USERNAME");
        String password = System.getenv("MLFLOW_TRACKING_PASSWORD");
        String token = System.getenv("MLFLOW_TRACKING_TOKEN");
        if (username != null && password != null) {
            byte[] pair = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
            authorization = Optional.of("Basic " + Base64.getEncoder().encodeToString(pair));
        } else {
            authorization = Optional.ofNullable(token).map(secret -> "Bearer " + secret);
        }
    }

    /**
     * Calls a method of the interface.
     *
     * @return the answer, or empty where the server says that there is no such thing
     * @throws MlflowException if the server does not answer or refuses
     */
    Optional<JsonNode> get(String method, String parameter, String value) {
        String query = "?%s=%s".formatted(parameter, URLEncoder.encode(value, StandardCharsets.UTF_8));
        HttpResponse<byte[]> response = send("GET", API + method + query, BodyPublishers.noBody(), "application/json");
        if (response.statusCode() == 404 && error(response).equals("RESOURCE_DOES_NOT_EXIST")) {
            return Optional.empty();
        }
        return Optional.of(answer(method, response));
    }

    /** @throws MlflowException if the server does not answer or refuses */
    JsonNode post(String method, ObjectNode request) {
        BodyPublisher body = BodyPublishers.ofString(request.toString(), StandardCharsets.UTF_8);
        return answer(method, send("POST", API + method, body, "application/json"));
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
        answer(path, send("PUT", ARTIFACTS + encoded, BodyPublishers.ofByteArray(content), contentType));
    }

    private HttpResponse<byte[]> send(String verb, String path, BodyPublisher body, String contentType) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri + path))
                .timeout(PATIENCE)
                .header("Content-Type", contentType)
                .method(verb, body);
        authorization.ifPresent(value -> request.header("Authorization", value));
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new MlflowException("%s does not answer (%s)".formatted(uri, e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MlflowException("Interrupted while waiting for " + uri, e);
        }
    }

    private static JsonNode answer(String what, HttpResponse<byte[]> response) {
        String body = new String(response.body(), StandardCharsets.UTF_8);
        if (response.statusCode() / 100 != 2) {
            throw new MlflowException(
                    "%s was refused with status %d: %s".formatted(what, response.statusCode(), body), null);
        }
        try {
            return body.isBlank() ? JSON.createObjectNode() : JSON.readTree(body);
        } catch (IOException e) {
            throw new MlflowException("The answer to %s is not JSON: %s".formatted(what, body), e);
        }
    }

    private static String error(HttpResponse<byte[]> response) {
        try {
            return JSON.readTree(response.body()).path("error_code").asText();
        } catch (IOException e) {
            return "";
        }
    }
}
