package io.resnetspark.jobs.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.jobs.ResNetCli;
import io.resnetspark.jobs.command.Commands;
import io.resnetspark.jobs.quickstart.SyntheticImages;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.training.MetricsFile;
import io.resnetspark.pipeline.training.RoundMetrics;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A schedule that trains, scraped with {@code conf/monitoring/prometheus.yml} by the Prometheus that {@code
 * RESNET_PROMETHEUS} names, else {@code prometheus}; skipped where there is none.
 */
@Tag("full")
@Timeout(240)
class PrometheusIT {

    private static final Path MONITORING = Path.of("..", "conf", "monitoring");

    @TempDir
    Path directory;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Process> started = new ArrayList<>();
    private final int training = freePort();
    private final int schedule = freePort();
    private final int prometheus = freePort();

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void endAll() throws InterruptedException {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    private void startPrometheus() throws IOException {
        String config = Files.readString(MONITORING.resolve("prometheus.yml"))
                .replace("interval: 15s", "interval: 1s")
                .replace("127.0.0.1:8088", "127.0.0.1:" + training)
                .replace("127.0.0.1:8087", "127.0.0.1:" + schedule);
        assertThat(config).contains(":" + training, ":" + schedule, "scrape_interval: 1s");
        Files.writeString(directory.resolve("prometheus.yml"), config);
        Files.copy(MONITORING.resolve("alerts.yml"), directory.resolve("alerts.yml"));
        String binary = Optional.ofNullable(System.getenv("RESNET_PROMETHEUS")).orElse("prometheus");
        try {
            started.add(new ProcessBuilder(
                            binary,
                            "--config.file=prometheus.yml",
                            "--storage.tsdb.path=prometheus",
                            "--web.listen-address=127.0.0.1:" + prometheus)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("prometheus.log").toFile())
                    .start());
        } catch (IOException e) {
            abort("No Prometheus: %s; name one with RESNET_PROMETHEUS".formatted(e.getMessage()));
        }
    }

    private void startSchedule() throws Exception {
        Files.writeString(directory.resolve("schedule.conf"), """
                schedule {
                  jobs = [{ name = nightly, cron = "0/5 * * * * ?", command = [
                    train, --data, "%1$s/data", --arch, "cifar-resnet20+blocks=1-1-1+widths=8-8-16", --input-size, 16
                    --batch-size, 8, --averaging-frequency, 1, --epochs, 60, --output, "%1$s/run", --master, "local[2]"
                    --no-ui, --metrics-port, %2$d
                  ] }]
                  http.port = %3$d
                  history.path = "%1$s/history"
                }
                """.formatted(directory, training, schedule));
        started.add(Launcher.ofThisProcess(ResNetCli.class.getName(), Map.of(), System.getProperties())
                .command(List.of(
                        "schedule",
                        "--config",
                        directory.resolve("schedule.conf").toString()))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("schedule.log").toFile())
                .start());
    }

    private JsonNode api(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:%d/api/v1/%s".formatted(prometheus, path)))
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as("%s: %s", path, answer.body()).isEqualTo(200);
        return json.readTree(answer.body()).path("data");
    }

    private JsonNode query(String expression) throws Exception {
        return api("query?query=" + encoded(expression)).path("result");
    }

    /** Over the last two minutes, as a dashboard shows it. */
    private JsonNode range(String expression) throws Exception {
        long now = Instant.now().getEpochSecond() + 1; // what was scraped in this second counts
        return api("query_range?query=%s&start=%d&end=%d&step=1".formatted(encoded(expression), now - 120, now))
                .path("result");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void await(String expression) throws Exception {
        while (true) {
            try {
                if (!query(expression).isEmpty()) {
                    return;
                }
            } catch (IOException e) {
                // Prometheus is not up yet
            }
            for (Process process : started) {
                assertThat(process.isAlive()).as(() -> logs()).isTrue();
            }
            Thread.sleep(250);
        }
    }

    private String logs() {
        try {
            return Files.readString(directory.resolve("prometheus.log"))
                    + Files.readString(directory.resolve("schedule.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void prometheusScrapesAScheduledTrainingAndEveryPanelShowsIt() throws Exception {
        startPrometheus();
        new SyntheticImages(8, 16, 1).writeTo(directory.resolve("images/train"));
        new SyntheticImages(2, 16, 2).writeTo(directory.resolve("images/val"));
        int prepared = Commands.commandLine()
                .execute(
                        "prepare",
                        "--input",
                        directory.resolve("images").toString(),
                        "--format",
                        "image-folder",
                        "--output",
                        directory.resolve("data").toString(),
                        "--master",
                        "local[2]",
                        "--no-ui");
        assertThat(prepared).isZero();
        startSchedule();
        await("resnet_training_active == 1");
        await("resnet_schedule_running{job='nightly'} == 1");
        await("resnet_schedule_runs_total{job='nightly', outcome='done'} == 1");
        await("resnet_schedule_last_success_timestamp_seconds{job='nightly'}");
        await("resnet_schedule_last_run_succeeded{job='nightly'}");

        List<RoundMetrics> rounds = MetricsFile.read(
                        RunDirectory.at(directory.resolve("run").toString(), new Configuration()))
                .rounds();
        List<Double> losses =
                rounds.stream().map(round -> round.learning().loss()).toList();
        JsonNode scraped = range("resnet_training_loss");
        assertThat(scraped).hasSize(1);
        assertThat(scraped.get(0).at("/metric/run").asText()).endsWith("/run");
        assertThat(scraped.get(0).path("values")).isNotEmpty().allSatisfy(value -> assertThat(losses)
                .contains(value.get(1).asDouble()));
        assertThat(query("max_over_time(resnet_training_rounds_total[2m])")
                        .at("/0/value/1")
                        .asInt())
                .isBetween(1, rounds.size());
        assertThat(query("max_over_time(resnet_training_planned_epochs[2m])")
                        .at("/0/value/1")
                        .asInt())
                .isEqualTo(60);

        List<String> empty = new ArrayList<>();
        int queries = 0;
        JsonNode dashboard =
                json.readTree(MONITORING.resolve("grafana-dashboard.json").toFile());
        for (JsonNode expression : dashboard.findValues("expr")) {
            String text = expression
                    .asText()
                    .replace("$run", ".*")
                    .replace("$job", ".*")
                    .replace("$__rate_interval", "10s")
                    .replace("$__range", "2m");
            queries++;
            if (range(text).isEmpty()) {
                empty.add(text);
            }
        }
        assertThat(empty).isEmpty();
        assertThat(queries).isGreaterThan(20);
        assertThat(api("rules").findValues("health")).isNotEmpty().allSatisfy(health -> assertThat(health.asText())
                .isEqualTo("ok"));
        System.out.printf("Prometheus answered %d queries of the dashboard%n", queries);
    }
}
