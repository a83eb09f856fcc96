package io.resnetspark.jobs.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.resnetspark.jobs.schedule.HttpEndpoint.Health;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpEndpointTest {

    private static final ScheduledJob JOB = new ScheduledJob(
            "nightly",
            CronText.parse("0 15 2 * * ?"),
            Optional.of(ZoneId.of("Europe/Berlin")),
            Optional.of(Misfire.SKIP),
            List.of("exit", "0"),
            Optional.empty());

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicBoolean well = new AtomicBoolean(true);
    private HttpEndpoint endpoint;
    private RunHistory history;
    private Run before;
    private JobRunner runner;

    @BeforeEach
    void serve() throws Exception {
        history = new RunHistory(folder.resolve("history"), 10);
        runner = new JobRunner(history, TestPrograms.launcher(), Duration.ofSeconds(1));
        before = runner.runIfFree(JOB, Firing.request()).orElseThrow();
        ScheduleMetrics metrics = new ScheduleMetrics(List.of(JOB), history, Set::of);
        runner.listen(metrics);
        endpoint = new HttpEndpoint("127.0.0.1", 0);
        endpoint.serve(
                () -> HistoryView.of(List.of(JOB), history, "1", "here", "up", Instant.now()),
                metrics,
                () -> new Health(well.get(), "{}"),
                history.folder());
    }

    @AfterEach
    void close() {
        endpoint.close();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(endpoint.url()).resolve(path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private Map<String, Double> metrics() throws Exception {
        HttpResponse<String> answer = get("/metrics");
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain; version=0.0.4");
        Map<String, Double> samples = new TreeMap<>();
        for (String line : answer.body().lines().toList()) {
            if (!line.startsWith("#")) {
                assertThat(line).matches("[a-z_]+(\\{([a-z]+=\"[^\"]*\",?)+})? [-+0-9.E]+(Inf)?");
                int space = line.lastIndexOf(' ');
                samples.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
            }
        }
        return samples;
    }

    @Test
    void healthIsSaidByTheStatusCode() throws Exception {
        assertThat(get("/health").statusCode()).isEqualTo(200);
        well.set(false);
        assertThat(get("/health").statusCode()).isEqualTo(503);
    }

    @Test
    void metricsCountRunsAndTellTimes() throws Exception {
        Map<String, Double> first = metrics();
        assertThat(first)
                .containsEntry("resnet_schedule_runs_total{job=\"nightly\",outcome=\"done\"}", 0.0)
                .containsEntry("resnet_schedule_running{job=\"nightly\"}", 0.0)
                .containsEntry(
                        "resnet_schedule_last_success_timestamp_seconds{job=\"nightly\"}",
                        before.endedAt().orElseThrow().toEpochMilli() / 1000.0);
        assertThat(first.get("resnet_schedule_next_fire_timestamp_seconds{job=\"nightly\"}"))
                .isEqualTo((double)
                        JOB.fireTimes().after(Instant.now()).orElseThrow().toEpochSecond());
        Run run = runner.runIfFree(JOB, Firing.request()).orElseThrow();
        runner.missed(JOB, new Firing(Firing.Cause.MISFIRE, Optional.of(Instant.now()), 3), "down");
        assertThat(metrics())
                .containsEntry("resnet_schedule_runs_total{job=\"nightly\",outcome=\"done\"}", 1.0)
                .containsEntry("resnet_schedule_runs_total{job=\"nightly\",outcome=\"missed\"}", 1.0)
                .containsEntry("resnet_schedule_missed_fires_total{job=\"nightly\"}", 3.0)
                .containsEntry("resnet_schedule_run_duration_seconds_count{job=\"nightly\"}", 1.0)
                .containsEntry(
                        "resnet_schedule_run_duration_seconds_sum{job=\"nightly\"}",
                        Duration.between(run.startedAt(), run.endedAt().orElseThrow())
                                        .toMillis()
                                / 1000.0);
    }

    @Test
    void historyIsThereForProgramsAndLeadsToTheLogs() throws Exception {
        JsonNode root = JsonDocument.parse(get("/history.json").body(), "/history.json");
        assertThat(root.at("/jobs/0/misfire").asText()).isEqualTo("skip");
        assertThat(root.at("/jobs/0/next_fires")).hasSize(5);
        assertThat(root.at("/runs/0/status").asText()).isEqualTo("done");
        HttpResponse<String> log = get("/" + root.at("/runs/0/log").asText());
        assertThat(log.body()).contains("running [exit, 0");
        assertThat(log.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
    }

    @Test
    void thePageFetchesNothing() throws Exception {
        String page = get("/").body();
        assertThat(page).contains("default-src 'none'", "nightly").doesNotContain("src=\"http", "{{");
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void onlyFilesOfRunsAreGivenOut() throws Exception {
        Files.writeString(folder.resolve("secret"), "secret");
        for (String path : List.of(
                "/runs/../../secret",
                "/runs/%2e%2e/%2e%2e/secret",
                "/runs/..%2f..%2fsecret",
                "/runs/",
                "/locks/nightly.lock")) {
            assertThat(raw("GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".formatted(path)))
                    .as(path)
                    .startsWith("HTTP/1.1 404")
                    .doesNotEndWith("secret");
        }
    }

    @Test
    void nothingCanBeChangedAndNoOtherNameIsServed() throws Exception {
        assertThat(raw("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 405");
        assertThat(raw("GET / HTTP/1.1\r\nHost: attacker.example:80\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 421");
        assertThat(raw("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:80\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    private String raw(String request) throws IOException {
        URI uri = URI.create(endpoint.url());
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aTakenPortIsSaidInTheUsersTerms() {
        int port = URI.create(endpoint.url()).getPort();
        assertThatThrownBy(() -> new HttpEndpoint("127.0.0.1", port))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("schedule.http.port");
    }
}
