package io.resnetspark.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.jobs.quickstart.SyntheticImages;
import io.resnetspark.pipeline.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training on a real standalone master with two worker processes, through spark-submit: undisturbed, with an executor
 * killed in the middle, and with the driver killed and resumed. All three must end in the same bits.
 */
class ClusterTrainingIT {

    private static final Duration LIMIT = Duration.ofMinutes(6);

    @TempDir
    Path directory;

    private List<String> train(String run, String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "train",
                "--no-ui",
                "--data",
                directory.resolve("dataset").toString(),
                "--arch",
                "cifar-resnet20",
                "--input-size",
                "16",
                "--workers",
                "2",
                "--averaging-frequency",
                "2",
                "--batch-size",
                "8",
                "--epochs",
                "3",
                "--set",
                "train.threads-per-worker=1",
                "--output",
                directory.resolve(run).toString()));
        arguments.addAll(List.of(options));
        return arguments;
    }

    private RunDirectory run(String name) {
        return RunDirectory.at(directory.resolve(name).toString(), new Configuration());
    }

    @Test
    void executorsAndTheDriverMayDieWithoutChangingTheResult() throws Exception {
        new SyntheticImages(16, 16, 1).writeTo(directory.resolve("images"));
        try (StandaloneCluster cluster = StandaloneCluster.start(directory, 2, 1, 1024)) {
            StandaloneCluster.Ended prepared = cluster.submit(
                    List.of(),
                    List.of(
                            "prepare",
                            "--no-ui",
                            "--input",
                            directory.resolve("images").toString(),
                            "--format",
                            "image-folder",
                            "--split",
                            "train=0.8,val=0.1,test=0.1",
                            "--output",
                            directory.resolve("dataset").toString()),
                    LIMIT);
            assertThat(prepared.exitCode()).as(prepared.errors()).isZero();

            StandaloneCluster.Ended undisturbed = cluster.submit(List.of(), train("undisturbed"), LIMIT);
            assertThat(undisturbed.exitCode()).as(undisturbed.errors()).isZero();

            StandaloneCluster.Submission hurt = cluster.submission(List.of(), train("executor-killed"));
            awaitLines(hurt, directory.resolve("executor-killed"), 1);
            assertThat(cluster.killExecutor()).isTrue();
            StandaloneCluster.Ended survived = cluster.await(hurt, LIMIT);
            assertThat(survived.exitCode()).as(survived.errors()).isZero();

            StandaloneCluster.Submission doomed = cluster.submission(List.of(), train("driver-killed"));
            awaitLines(doomed, directory.resolve("driver-killed"), 1);
            doomed.process().destroyForcibly().waitFor(30, TimeUnit.SECONDS);
            assertThat(run("driver-killed").manifest().status()).isEqualTo("running");
            StandaloneCluster.Ended resumed = cluster.submit(List.of(), train("driver-killed", "--resume"), LIMIT);
            assertThat(resumed.exitCode()).as(resumed.errors()).isZero();

            for (String disturbed : List.of("executor-killed", "driver-killed")) {
                assertThat(run(disturbed).newestCheckpoint().orElseThrow().state())
                        .as(disturbed)
                        .isEqualTo(run("undisturbed")
                                .newestCheckpoint()
                                .orElseThrow()
                                .state());
                assertThat(losses(disturbed)).as(disturbed).isEqualTo(losses("undisturbed"));
            }
        }
    }

    /** Waits until the run's metrics have at least so many epochs. */
    private static void awaitLines(StandaloneCluster.Submission submission, Path run, int epochs) throws Exception {
        Path metrics = run.resolve("metrics.jsonl");
        while (submission.process().isAlive()) {
            if (Files.exists(metrics)) {
                long done = Files.readString(metrics)
                        .lines()
                        .filter(line -> line.contains("\"type\":\"epoch\""))
                        .count();
                if (done >= epochs) {
                    return;
                }
            }
            Thread.sleep(20);
        }
        throw new AssertionError(
                "The training ended before it could be disturbed:\n" + Files.readString(submission.errors()));
    }

    /** The loss of every round, which depends on every step before it. */
    private List<Double> losses(String name) throws IOException {
        List<Double> losses = new ArrayList<>();
        for (String line : run(name).metrics()) {
            JsonNode metrics = new ObjectMapper().readTree(line);
            if (metrics.path("type").asText().equals("round")) {
                losses.add(metrics.path("loss").asDouble());
            }
        }
        return losses;
    }
}
