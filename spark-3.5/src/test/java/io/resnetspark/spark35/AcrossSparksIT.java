package io.resnetspark.spark35;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.jobs.cluster.StandaloneCluster;
import io.resnetspark.jobs.quickstart.SyntheticImages;
import io.resnetspark.pipeline.evaluation.EvaluationReport;
import io.resnetspark.pipeline.evaluation.ReportDirectory;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.storage.AtomicStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real standalone cluster of Spark 3.5 and the embedded Spark of the launcher take turns on the same datasets, runs and
 * registry: each goes on with what the other has written, and both compute the same.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AcrossSparksIT {

    private static final Duration LIMIT = Duration.ofMinutes(4);

    @TempDir
    static Path directory;

    private static StandaloneCluster cluster;

    @BeforeAll
    static void startCluster() throws Exception {
        cluster = StandaloneCluster.start(directory, 2, 1, 1024);
        Files.writeString(directory.resolve("resnet.conf"), """
            registry.path = "%1$s/registry"
            retrain {
              incoming = "%1$s/incoming", dataset = "%1$s/dataset", work = "%1$s/work", model = shapes
              admission.minimum-agreement = 0
              trigger.minimum-images = 10
              challenger { replay = 1, epochs = 2, learning-rate = 0.001 }
              promotion {
                minimum-gain = -1, minimum-gain-low = -1, minimum-fresh-gain-low = -1, maximum-class-loss = 1
                maximum-ece = 1, maximum-ece-gain = 1, maximum-slowdown = 1000
              }
            }
            prepare { format = image-folder, split { train = 0.8, val = 0, test = 0.2 } }
            train {
              arch = "cifar-resnet20+blocks=1-1-1+widths=8-8-16", input-size = 16, workers = 2, batch-size = 8, epochs = 2
              threads-per-worker = 1
            }
            """.formatted(directory));
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    private static List<String> command(String name, String... options) {
        List<String> command = new ArrayList<>(List.of(name, "--no-ui", "--config"));
        command.add(directory.resolve("resnet.conf").toString());
        command.addAll(List.of(options));
        return command;
    }

    private static String onSpark35(List<String> command) {
        StandaloneCluster.Ended ended = cluster.submit(
                List.of(
                        "--conf",
                        "spark.sql.shuffle.partitions=2",
                        "--conf",
                        "spark.databricks.delta.snapshotPartitions=2"),
                command,
                LIMIT);
        assertThat(ended.exitCode()).as(ended.errors()).isZero();
        return ended.output();
    }

    private static String onEmbeddedSpark(List<String> command) throws Exception {
        List<String> line = new ArrayList<>(List.of(
                Path.of("..", "bin", "resnet").toAbsolutePath().normalize().toString()));
        line.addAll(command);
        line.addAll(List.of("--master", "local[2]"));
        Path output = directory.resolve("embedded.log");
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(directory.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("RESNET_BUILD", "never");
        builder.environment().remove("SPARK_HOME");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    /** At the same time: this test runs beside no other. */
    private static void onBoth(List<String> onSpark35, List<String> onEmbeddedSpark) throws Exception {
        CompletableFuture<String> there = CompletableFuture.supplyAsync(() -> onSpark35(onSpark35));
        onEmbeddedSpark(onEmbeddedSpark);
        there.get();
    }

    @Test
    @Order(1)
    void aModelRetrainedOnOneIsRetrainedOnTheOther() throws Exception {
        new SyntheticImages(8, 16, 1).writeTo(directory.resolve("incoming/day-01/train"));
        new SyntheticImages(6, 16, 2).writeTo(directory.resolve("incoming/day-01/test"));
        assertThat(onSpark35(command("retrain"))).contains("promoted version 1");
        new SyntheticImages(6, 16, 3).writeTo(directory.resolve("incoming/day-02"));
        assertThat(onEmbeddedSpark(command("retrain"))).contains("Cycle 2: promoted version 2");
        assertThat(ModelRegistry.at(directory.resolve("registry").toString(), new Configuration())
                        .model("shapes")
                        .state()
                        .versions())
                .hasSize(2);
    }

    @Test
    @Order(2)
    void whatBothHaveWrittenTrainsToTheSameBits() throws Exception {
        onBoth(train("run-on-3.5"), train("run-on-4.2"));
        assertThat(run("run-on-4.2").newestCheckpoint().orElseThrow())
                .isEqualTo(run("run-on-3.5").newestCheckpoint().orElseThrow());
        assertThat(run("run-on-4.2").model().state())
                .isEqualTo(run("run-on-3.5").model().state());
    }

    @Test
    @Order(3)
    void eachEvaluatesTheOthersRunTheSame() throws Exception {
        onBoth(evaluate("run-on-4.2", "report-on-3.5"), evaluate("run-on-3.5", "report-on-4.2"));
        EvaluationReport here = report("report-on-3.5");
        assertThat(here.scores().top1()).isBetween(0.0, 1.0);
        assertThat(report("report-on-4.2").scores().top1())
                .isEqualTo(here.scores().top1());
        assertThat(report("report-on-4.2").scores().loss())
                .isEqualTo(here.scores().loss());
    }

    /** Any jar in the place of Delta Lake's. */
    @Test
    @Order(4)
    void withoutDeltaLakeFilesArePredictedAndDatasetsSayWhatIsMissing() {
        List<String> withoutDelta =
                List.of("--jars", cluster.jars().split(",", 2)[0], "--conf", "spark.sql.shuffle.partitions=2");
        StandaloneCluster.Ended predicted = cluster.submit(
                withoutDelta,
                command(
                        "predict",
                        "--input",
                        directory.resolve("incoming/day-02").toString(),
                        "--model",
                        directory.resolve("run-on-4.2").toString(),
                        "--output",
                        directory.resolve("predictions").toString()),
                LIMIT);
        assertThat(predicted.exitCode()).as(predicted.errors()).isZero();
        assertThat(predicted.output()).contains("36 predicted, 0 rejected");

        StandaloneCluster.Ended refused =
                cluster.submit(withoutDelta, evaluate("run-on-4.2", "report-without-delta"), LIMIT);
        assertThat(refused.exitCode()).as(refused.errors()).isEqualTo(2);
        assertThat(refused.errors()).contains("--packages io.delta:delta-spark_2.12:");
    }

    private static List<String> train(String run) {
        return command(
                "train",
                "--data",
                directory.resolve("dataset").toString(),
                "--output",
                directory.resolve(run).toString());
    }

    private static List<String> evaluate(String run, String report) {
        return command(
                "evaluate",
                "--data",
                directory.resolve("dataset").toString(),
                "--split",
                "test",
                "--model",
                directory.resolve(run).toString(),
                "--output",
                directory.resolve(report).toString());
    }

    private static RunDirectory run(String name) {
        return RunDirectory.at(directory.resolve(name).toString(), new Configuration());
    }

    private static EvaluationReport report(String name) {
        return ReportDirectory.read(AtomicStore.at(directory.resolve(name).toString(), new Configuration()));
    }
}
