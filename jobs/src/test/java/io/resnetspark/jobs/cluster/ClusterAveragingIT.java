package io.resnetspark.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.jobs.quickstart.SyntheticImages;
import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.pipeline.evaluation.EvaluationReport;
import io.resnetspark.pipeline.evaluation.ReportDirectory;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.storage.AtomicStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training with every mode of averaging at once on a real standalone cluster: where workers run, and which of them have to
 * be made again, must not show in the result. With 16-bit transfer that includes what each worker owes from earlier rounds.
 */
@Tag("full")
class ClusterAveragingIT {

    private static final Duration LIMIT = Duration.ofMinutes(6);

    private static final List<String> SMALL = ClusterDriver.smallTables();

    @TempDir
    Path directory;

    private List<String> train(String run) {
        return List.of(
                "train",
                "--no-ui",
                "--data",
                directory.resolve("dataset").toString(),
                "--arch",
                "cifar-resnet20+blocks=1-1-1+widths=8-8-16",
                "--input-size",
                "16",
                "--workers",
                "3",
                "--averaging-frequency",
                "2",
                "--every-step-epochs",
                "2",
                "--slow-momentum",
                "0.4",
                "--ema-decay",
                "0.9",
                "--transfer",
                "float16",
                "--reestimate-batch-norm",
                "48",
                "--batch-size",
                "4",
                "--epochs",
                "3",
                "--set",
                "train.threads-per-worker=1",
                "--output",
                directory.resolve(run).toString());
    }

    private Checkpoint newest(String run) {
        return run(run).newestCheckpoint().orElseThrow();
    }

    private RunDirectory run(String name) {
        return RunDirectory.at(directory.resolve(name).toString(), new Configuration());
    }

    @Test
    void whereWorkersRunAndDieDoesNotShowInTheResult() throws Exception {
        new SyntheticImages(16, 16, 1).writeTo(directory.resolve("images"));
        try (StandaloneCluster cluster = StandaloneCluster.start(directory, 2, 1, 1024)) {
            cluster.prepare(directory, SMALL, LIMIT);

            succeed(cluster.submit(SMALL, train("two-executors"), LIMIT));
            succeed(cluster.submit(small("--conf", "spark.cores.max=1"), train("one-executor"), LIMIT));

            StandaloneCluster.Submission hurt = cluster.submission(SMALL, train("executor-killed"));
            awaitMiddleOfSecondEpoch(hurt);
            assertThat(cluster.killExecutor()).isTrue();
            StandaloneCluster.Ended survived = cluster.await(hurt, LIMIT);
            succeed(survived);
            assertThat(survived.errors()).contains("Shuffle files lost for executor");

            List<String> evaluate = new ArrayList<>(List.of("evaluate", "--no-ui", "--split", "test"));
            evaluate.addAll(List.of("--data", directory.resolve("dataset").toString()));
            evaluate.addAll(
                    List.of("--model", directory.resolve("two-executors").toString()));
            evaluate.addAll(List.of("--reestimate-batch-norm", "40"));
            evaluate.addAll(List.of("--output", directory.resolve("report").toString()));
            StandaloneCluster.Ended evaluated = cluster.submit(SMALL, evaluate, LIMIT);
            succeed(evaluated);
            assertThat(evaluated.output()).contains("Before its batch norms were re-estimated");
        }
        assertBothAccuraciesAreReported();
        for (String other : List.of("one-executor", "executor-killed")) {
            assertThat(newest(other)).as(other).isEqualTo(newest("two-executors"));
            assertThat(run(other).model().state())
                    .as(other)
                    .isEqualTo(run("two-executors").model().state());
        }
    }

    /** Of the end of training, as part of the run's history; and of the evaluation, as a comparison of both. */
    private void assertBothAccuraciesAreReported() {
        EvaluationReport report =
                ReportDirectory.read(AtomicStore.at(directory.resolve("report").toString(), new Configuration()));
        assertThat(report.subject().model().source()).contains("40 training images");
        assertThat(report.findings().comparisons()).singleElement().satisfies(before -> {
            assertThat(before.second().source()).doesNotContain("40 training images");
            assertThat(before.paired().difference())
                    .isCloseTo(before.scores().top1() - report.scores().top1(), within(1e-12));
        });
        assertThat(report.subject().run().batchNorm()).singleElement().satisfies(anew -> {
            assertThat(anew.images()).isEqualTo(48);
            assertThat(anew.before().top1()).isBetween(0.0, 1.0);
            assertThat(anew.after().loss()).isNotEqualTo(anew.before().loss());
        });
    }

    private static List<String> small(String... more) {
        List<String> options = new ArrayList<>(SMALL);
        options.addAll(List.of(more));
        return options;
    }

    private static void succeed(StandaloneCluster.Ended ended) {
        assertThat(ended.exitCode()).as(ended.errors()).isZero();
    }

    /** An epoch has 7 rounds at first, of which the last one settles: workers owe something in the eleventh. */
    private static void awaitMiddleOfSecondEpoch(StandaloneCluster.Submission submission) throws Exception {
        while (submission.process().isAlive()) {
            if (Files.readString(submission.errors()).contains("Starting job: round 11: average")) {
                return;
            }
            Thread.sleep(20);
        }
        throw new AssertionError(
                "The training ended before it could be disturbed:\n" + Files.readString(submission.errors()));
    }
}
