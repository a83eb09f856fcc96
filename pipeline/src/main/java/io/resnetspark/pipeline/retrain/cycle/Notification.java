package io.resnetspark.pipeline.retrain.cycle;

import io.resnetspark.pipeline.retrain.CycleSummary;
import io.resnetspark.pipeline.retrain.RetrainConfig.Webhook;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log and a webhook how a cycle ended. The body is a {@link CycleSummary} as JSON. A receiver that does not
 * answer costs attempts, never the cycle; one that is told twice sees the same {@code Idempotency-Key}.
 */
public final class Notification {

    private static final Logger LOG = LoggerFactory.getLogger(Notification.class);

    private final Webhook webhook;

    Notification(Webhook webhook) {
        this.webhook = webhook;
    }

    /**
     * How it went.
     *
     * @param result {@code sent}, {@code not sent} or why it failed
     * @param attempts number of requests
     */
    record Sent(String result, int attempts) {}

    Sent send(CycleSummary summary) {
        LOG.info(
                "Cycle {} of {}: {}, {}",
                summary.number(),
                summary.model(),
                summary.outcome().verdict(),
                summary.outcome().reasons());
        if (webhook.url().isEmpty()) {
            return new Sent("no webhook is configured", 0);
        }
        URI url = webhook.url().get();
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(webhook.timeout())
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", summary.id())
                .POST(HttpRequest.BodyPublishers.ofString(JsonDocument.text(summary)))
                .build();
        HttpClient client =
                HttpClient.newBuilder().connectTimeout(webhook.timeout()).build();
        Duration pause = webhook.backoff();
        String failure = "";
        for (int attempt = 1; attempt <= webhook.attempts(); attempt++) {
            try {
                int status = client.send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode();
                if (status / 100 == 2) {
                    return new Sent("sent", attempt);
                }
                failure = "%s answered %d".formatted(url.getHost(), status);
                if (!isWorthAnother(status)) {
                    return failed(failure, attempt);
                }
            } catch (IOException e) {
                failure = "%s: %s".formatted(url.getHost(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return failed("interrupted", attempt);
            }
            if (attempt < webhook.attempts() && !sleep(pause)) {
                return failed("interrupted", attempt);
            }
            pause = pause.multipliedBy(2);
        }
        return failed(failure, webhook.attempts());
    }

    /** Busy or broken for now; anything else would be refused again. */
    private static boolean isWorthAnother(int status) {
        return status >= 500 || status == 429 || status == 408;
    }

    private static boolean sleep(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Sent failed(String failure, int attempts) {
        LOG.warn("The webhook was not told after {} attempts: {}", attempts, failure);
        return new Sent(failure, attempts);
    }
}
