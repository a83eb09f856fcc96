package io.resnetspark.pipeline.retrain.cycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.resnetspark.pipeline.retrain.CycleSummary;
import io.resnetspark.pipeline.retrain.CycleSummary.BatchFate;
import io.resnetspark.pipeline.retrain.CycleSummary.Verdict;
import io.resnetspark.pipeline.retrain.RetrainConfig.Webhook;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The webhook against a real HTTP server on this machine. */
class NotificationTest {

    private static final CycleSummary SUMMARY = new CycleSummary(
            1,
            "0c4e",
            7,
            "photos",
            new CycleSummary.Time("2026-11-23T01:00:00Z", "2026-11-23T01:20:00Z"),
            new CycleSummary.Outcome(Verdict.KEPT, List.of("top-1 falls"), "file:/work/cycles/000007/index.html"),
            new CycleSummary.Data(
                    List.of(new BatchFate("2026-11-23", "pending", 300, "its challenger was not promoted")), 9, 240),
            new CycleSummary.Contest(Optional.of(4), Optional.empty(), Optional.of(0.71), Optional.of(0.7)));

    private final List<String> bodies = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private final List<Integer> answers = new ArrayList<>();
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/hook", exchange -> {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
            keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
            exchange.sendResponseHeaders(answers.get(Math.min(bodies.size(), answers.size()) - 1), -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private Notification.Sent send(int attempts) {
        URI url = URI.create(
                "http://127.0.0.1:%d/hook".formatted(server.getAddress().getPort()));
        return new Notification(new Webhook(Optional.of(url), Duration.ofSeconds(10), attempts, Duration.ofMillis(1)))
                .send(SUMMARY);
    }

    @Test
    void theBodyIsAsDocumented() throws Exception {
        answers.add(204);

        assertThat(send(1)).isEqualTo(new Notification.Sent("sent", 1));

        JsonNode body = new ObjectMapper().readTree(bodies.get(0));
        Set<String> names = new TreeSet<>();
        body.fieldNames().forEachRemaining(names::add);
        assertThat(names)
                .containsExactlyInAnyOrder(
                        "format_version",
                        "id",
                        "number",
                        "model",
                        "started_at",
                        "finished_at",
                        "verdict",
                        "reasons",
                        "batches",
                        "dataset_version",
                        "new_images",
                        "champion_version",
                        "new_version",
                        "champion_top1",
                        "challenger_top1",
                        "report");
        assertThat(body.path("verdict").asText()).isEqualTo("KEPT");
        assertThat(body.at("/batches/0/fate").asText()).isEqualTo("pending");
        assertThat(body.path("new_version").isNull()).isTrue();
    }

    @Test
    void aBusyServerIsAskedAgainWithTheSameKey() {
        answers.addAll(List.of(503, 429, 200));

        assertThat(send(4)).isEqualTo(new Notification.Sent("sent", 3));

        assertThat(keys).containsExactly("0c4e", "0c4e", "0c4e");
    }

    @Test
    void aRefusalIsNotRepeated() {
        answers.add(404);
        assertThat(send(4).attempts()).isEqualTo(1);
        assertThat(bodies).hasSize(1);
    }

    @Test
    void aServerThatIsGoneCostsAttemptsAndNothingElse() {
        server.stop(0);
        Notification.Sent sent = send(3);
        assertThat(sent.attempts()).isEqualTo(3);
        assertThat(sent.result()).contains("127.0.0.1");
    }

    @Test
    void nobodyIsToldWhereNobodyIsNamed() {
        assertThat(new Notification(new Webhook(Optional.empty(), Duration.ofSeconds(1), 1, Duration.ZERO))
                        .send(SUMMARY)
                        .attempts())
                .isZero();
    }
}
