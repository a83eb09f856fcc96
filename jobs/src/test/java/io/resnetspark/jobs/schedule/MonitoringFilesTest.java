package io.resnetspark.jobs.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.resnetspark.jobs.metrics.MetricsConfig;
import io.resnetspark.jobs.metrics.MetricsEndpoint;
import io.resnetspark.pipeline.run.ReturnToCheckpoint;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainingSummary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What conf/monitoring asks for is what there is. */
class MonitoringFilesTest {

    private static final Pattern NAME = Pattern.compile("resnet_(training|schedule)_[a-z_]+");

    @TempDir
    Path folder;

    private static Set<String> names(String text) {
        return NAME.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }

    private String scheduleMetrics() throws IOException {
        ScheduledJob job = new ScheduledJob(
                "nightly",
                CronText.parse("0 15 2 * * ?"),
                Optional.of(ZoneId.of("UTC")),
                Optional.empty(),
                List.of("doctor"),
                Optional.empty());
        ScheduleMetrics metrics = new ScheduleMetrics(List.of(job), new RunHistory(folder, 10), Set::of);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ExpositionFormats.init()
                .getPrometheusTextFormatWriter()
                .write(out, metrics.registry().scrape());
        // These have no value before a run has ended.
        return out.toString(StandardCharsets.UTF_8)
                + "resnet_schedule_last_success_timestamp_seconds resnet_schedule_last_run_succeeded";
    }

    private static String trainingMetrics() throws Exception {
        try (MetricsEndpoint endpoint = new MetricsEndpoint(new MetricsConfig("127.0.0.1", OptionalInt.of(0)))) {
            endpoint.metrics()
                    .started(new TrainingSummary(
                            "file:/runs/1",
                            "oneDNN",
                            new TrainingSummary.Network("resnet18", 11, 2),
                            new TrainingSummary.Images(100, 10),
                            new TrainingSummary.Workers(2, 1, 8, 1, 0),
                            new TrainingSummary.Course(3, 30, 0, 300, 0)));
            endpoint.metrics()
                    .roundDone(new RoundMetrics(
                            1,
                            0,
                            1,
                            0.25,
                            new RoundMetrics.Learning(16, 2.5, 0.5, 0.1),
                            new RoundMetrics.Times(99, 1, 1, 0, 0, 0),
                            new RoundMetrics.Traffic(7, 8)));
            endpoint.metrics()
                    .epochDone(new EpochMetrics(
                            1, 1, 100, 2.0, 0.5, Optional.of(new EpochMetrics.Validation(10, 0.7, 0.6)), 1));
            endpoint.metrics().returned(new ReturnToCheckpoint(2, "it exploded", 1, 16, 0.5));
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create(endpoint.url().orElseThrow()))
                    .build();
            String text = HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .body();
            endpoint.metrics().ended(TrainingStatus.DONE);
            return text;
        }
    }

    @Test
    void theDashboardAndTheAlertsAskForMetricsThatThereAre() throws Exception {
        String training = trainingMetrics();
        assertThat(training)
                .contains("resnet_training_loss{run=\"file:/runs/1\"} 2.5")
                .contains("resnet_training_images_total{run=\"file:/runs/1\"} 16.0")
                .contains("resnet_training_returns_total{run=\"file:/runs/1\"} 1.0")
                .contains("resnet_training_sent_bytes_total{by=\"driver\",run=\"file:/runs/1\"} 8.0");
        Set<String> there = names(training + scheduleMetrics());
        for (String file : List.of("grafana-dashboard.json", "alerts.yml")) {
            Set<String> asked = names(Files.readString(Path.of("..", "conf", "monitoring", file)));
            assertThat(asked).as(file).isNotEmpty().isSubsetOf(there);
        }
    }

    @Test
    void withoutAPortNothingListens() {
        try (MetricsEndpoint endpoint = new MetricsEndpoint(new MetricsConfig("127.0.0.1", OptionalInt.empty()))) {
            assertThat(endpoint.url()).isEmpty();
        }
    }
}
