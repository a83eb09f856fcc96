package io.resnetspark.pipeline.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.evaluation.EvaluationReport;
import io.resnetspark.pipeline.evaluation.ReportDirectory;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.RunManifest;
import io.resnetspark.pipeline.run.TestRuns;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.MetricsFile;
import io.resnetspark.pipeline.training.RoundMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against MLflow's documented REST interface, with its limits; {@code MlflowIT} uses a real server. */
class MlflowTrackingTest {

    private static final DatasetInput DATA =
            new DatasetInput("photos/test", "abc", "data/images", 4, 100, "evaluation");

    @TempDir
    Path temporary;

    private final Configuration hadoop = new Configuration();
    private TrackingServer server;
    private RunDirectory run;

    @BeforeEach
    void startServer() throws IOException {
        server = new TrackingServer("mlflow-artifacts:/1");
        run = RunDirectory.at(temporary.resolve("photos-1").toString(), hadoop);
        run.writeManifest(manifest(TrainingStatus.RUNNING));
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    private static RunManifest manifest(TrainingStatus status) {
        ObjectNode config =
                JsonNodeFactory.instance.objectNode().put("arch", "resnet18").put("learning_rate", 0.1);
        config.putObject("optimizer").put("momentum", 0.9).put("note", "x".repeat(9000));
        for (int key = 0; key < 150; key++) {
            config.put("key" + key, key);
        }
        return TestRuns.manifest(1, status, config);
    }

    private MlflowServer connect() {
        return MlflowServer.connect(new MlflowConfig(Optional.of(server.uri() + "/"), "photos"))
                .orElseThrow();
    }

    private TrainingTracking tracking(MlflowServer connected) {
        return new TrainingTracking(connected, hadoop);
    }

    /** The loss falls. */
    private static RoundMetrics round(int round) {
        return TestRuns.round(round, 2.0 / round);
    }

    private static EpochMetrics epoch(int epoch) {
        return new EpochMetrics(
                epoch, epoch, 100, 1.0, 0.5, Optional.of(new EpochMetrics.Validation(10, 0.7, 0.6 + epoch / 10.0)), 1);
    }

    @Test
    void aTrainingIsToldWhole() throws IOException {
        MlflowServer connected = connect();
        TrainingTracking tracking = tracking(connected);
        tracking.started(TestRuns.summary(run, 0));
        for (int round = 1; round <= 700; round++) { // more than fits into one request
            tracking.roundDone(round(round));
        }
        tracking.roundDone(new RoundMetrics(
                701,
                0,
                1,
                1,
                new RoundMetrics.Learning(1, Double.NaN, 0.5, 0.1),
                new RoundMetrics.Times(1, 1, 1, 0, 0, 0),
                new RoundMetrics.Traffic(0, 0)));
        tracking.epochDone(epoch(1));
        Files.createDirectories(temporary.resolve("photos-1/report"));
        Files.writeString(temporary.resolve("photos-1/report/index.html"), "<p>größe");
        tracking.ended(TrainingStatus.DONE);
        assertThat(server.experiments).containsKey("photos");
        TrackingServer.Run told = server.runs.get("run1");
        assertThat(server.runs).hasSize(1);
        assertThat(told.status).isEqualTo("FINISHED");
        assertThat(told.tags).containsEntry("mlflow.runName", "photos-1").containsEntry("resnet-spark.run", run.path());
        assertThat(told.parameters)
                .hasSize(4 + 150 + 6)
                .containsEntry("precision", "fp32")
                .containsEntry("learning_rate", "0.1")
                .containsEntry("optimizer.momentum", "0.9")
                .containsEntry("dataset_version", "3");
        assertThat(told.metrics)
                .filteredOn(metric -> !metric.path("key").asText().startsWith("system/"))
                .hasSize(701 * 4 - 1 + 4);
        assertThat(told.metrics)
                .filteredOn(metric -> metric.path("key").asText().equals("train_loss")
                        && metric.path("step").asInt() == 4)
                .singleElement()
                .satisfies(metric -> assertThat(metric.path("value").asDouble()).isEqualTo(0.5));
        assertThat(server.artifacts).containsOnlyKeys("/1/run1/artifacts/report/index.html");
        assertThat(server.artifacts.get("/1/run1/artifacts/report/index.html")).isEqualTo("<p>größe".getBytes(UTF_8));
    }

    @Test
    void aResumedTrainingContinuesItsRun() {
        for (int attempt = 0; attempt < 2; attempt++) {
            MlflowServer connected = connect();
            TrainingTracking tracking = tracking(connected);
            tracking.started(TestRuns.summary(run, 0));
            tracking.epochDone(epoch(attempt));
            tracking.ended(attempt == 0 ? TrainingStatus.FAILED : TrainingStatus.DONE);
            assertThat(server.runs.get("run1").status).isEqualTo(attempt == 0 ? "FAILED" : "FINISHED");
        }
        assertThat(server.runs).hasSize(1);
        assertThat(server.runs.get("run1").metrics)
                .filteredOn(metric -> metric.path("key").asText().startsWith("val_"))
                .hasSize(2 * 2);
    }

    @Test
    void whatTheServerDidNotHearOfIsToldWhenTheTrainingGoesOn() {
        TrainingTracking heard = tracking(connect());
        heard.started(TestRuns.summary(run, 0));
        heard.roundDone(round(1));
        heard.epochDone(epoch(1));
        run.writeMetrics(Stream.of(
                        MetricsFile.LineType.ROUND.line(round(1)),
                        MetricsFile.LineType.EPOCH.line(epoch(1)),
                        MetricsFile.LineType.ROUND.line(round(2)),
                        MetricsFile.LineType.ROUND.line(round(3)),
                        MetricsFile.LineType.ROUND.line(round(4)))
                .collect(Collectors.joining("\n")));
        TrainingTracking resumed = tracking(connect());
        resumed.started(TestRuns.summary(run, 3));
        resumed.roundDone(round(4));
        resumed.ended(TrainingStatus.DONE);
        assertThat(server.runs.get("run1").metrics)
                .filteredOn(metric -> metric.path("key").asText().equals("train_loss"))
                .extracting(metric -> metric.path("step").asInt())
                .containsExactlyInAnyOrder(1, 2, 3, 4);
    }

    @Test
    void aServerThatStopsAnsweringStopsNoTraining() {
        MlflowServer connected = connect();
        TrainingTracking tracking = tracking(connected);
        tracking.started(TestRuns.summary(run, 0));
        server.close();
        assertThatCode(() -> {
                    tracking.epochDone(epoch(1));
                    tracking.ended(TrainingStatus.DONE);
                })
                .doesNotThrowAnyException();
    }

    @Test
    void filesThatTheServerDoesNotTakeAreNamed() throws IOException {
        server.close();
        server = new TrackingServer("s3://bucket/mlflow");
        MlflowServer connected = connect();
        AtomicStore directory = AtomicStore.at(temporary.resolve("report").toString(), hadoop);
        directory.replaceText(ReportDirectory.PAGE, "<p>");
        directory.replaceText(ReportDirectory.JSON, """
                    {"format_version": 1, "model": {"arch": "resnet18", "id": "id-1", "source": "runs/photos-1"},
                     "dataset": {"name": "photos", "id": "d-1", "version": 3, "split": "test"}, "examples": 100,
                     "top1": 0.875, "top5": 1, "loss": 0.25, "ece": 0.01, "throughput_images_per_second": 9,
                     "averages": {"macro": {"f1": 0.5}}}
                    """);
        EvaluationReport report = ReportDirectory.read(directory);
        EvaluationTracking.log(connected, report, DATA, directory);
        EvaluationTracking.log(connected, report, DATA, directory);

        assertThat(server.runs).hasSize(1);
        TrackingServer.Run told = server.runs.get("run1");
        assertThat(told.status).isEqualTo("FINISHED");
        assertThat(told.tags)
                .containsEntry("resnet-spark.files", directory.root().toString());
        assertThat(server.artifacts).isEmpty();
        assertThat(told.metrics)
                .filteredOn(metric -> metric.path("key").asText().equals("test_top1"))
                .hasSize(2)
                .allSatisfy(
                        metric -> assertThat(metric.path("value").asDouble()).isEqualTo(0.875));
    }

    @Test
    void aDeletedExperimentIsSaidAtOnce() {
        connect();
        server.deleted.add("photos");
        assertThatThrownBy(this::connect)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("photos")
                .hasMessageContaining("is deleted")
                .hasMessageContaining("mlflow experiments restore --experiment-id 1");
    }

    /** As mlflow server --app-name basic-auth answered, and as proxies and login pages do. */
    @Test
    void aServerThatRefusesIsSaidAtOnceWithWhatHelps() {
        Map<String, String> token = Map.of("MLFLOW_TRACKING_TOKEN", "expired");
        assertRefused(401, "You are not authenticated.", Map.of(), "set MLFLOW_TRACKING_USERNAME");
        assertRefused(401, "You are not authenticated.", token, "expired: renew MLFLOW_TRACKING_TOKEN");
        assertRefused(403, "Permission denied", token, "may not write to the experiment \"photos\"");
        assertRefused(407, "Proxy Authentication Required", Map.of(), "A proxy on the way wants credentials");
        assertRefused(200, "<html><title>Sign in</title></html>", Map.of(), "a proxy or a login page: <html>");
        assertRefused(302, "", Map.of(), "sent on to https://login.example/");
        MlflowConfig nobody = new MlflowConfig(Optional.of("http://127.0.0.1:1"), "photos");
        assertThatThrownBy(() -> MlflowServer.connect(nobody, Map.of("HTTPS_PROXY", "http://proxy:3128")))
                .hasMessageContaining("HTTPS_PROXY is set, which Java does not read");
    }

    private void assertRefused(int status, String body, Map<String, String> environment, String help) {
        server.refuseAllWith(status, body);
        MlflowConfig config = new MlflowConfig(Optional.of(server.uri()), "photos");
        assertThatThrownBy(() -> MlflowServer.connect(config, environment))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(server.uri())
                .hasMessageContaining(help);
    }

    @Test
    void whoMayOnlyReadIsToldAtOnce() {
        connect();
        server.readOnly = true;
        assertThatThrownBy(this::connect)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("may not write to the experiment \"photos\"");
    }

    @Test
    void aServerThatIsNotThereIsSaidAtOnce() {
        MlflowConfig nobody = new MlflowConfig(Optional.of("http://127.0.0.1:1"), "photos");
        assertThatThrownBy(() -> MlflowServer.connect(nobody))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("http://127.0.0.1:1");
        assertThat(MlflowServer.connect(new MlflowConfig(Optional.empty(), "photos")))
                .isEmpty();
        for (String uri : List.of("databricks", "file:/tmp/mlruns")) {
            assertThatThrownBy(() -> new MlflowConfig(Optional.of(uri), "photos"))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
