package io.resnetspark.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.jobs.quickstart.SyntheticImages;
import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.pipeline.evaluation.EvaluationReport;
import io.resnetspark.pipeline.evaluation.ReportDirectory;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.training.TrainConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
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

    /** An epoch has 7 rounds at first, of which the last one settles: workers owe something in this one. */
    private static final int MIDDLE_OF_SECOND_EPOCH = 11;

    @TempDir
    Path directory;

    private TrainConfig config(String run) {
        return ClusterDriver.config(
                directory,
                run,
                Map.ofEntries(
                        Map.entry("workers", "3"),
                        Map.entry("averaging-frequency", "2"),
                        Map.entry("every-step-epochs", "2"),
                        Map.entry("slow-momentum.momentum", "0.4"),
                        Map.entry("ema-decay", "0.9"),
                        Map.entry("transfer", "float16"),
                        Map.entry("reestimate-batch-norm-images", "48"),
                        Map.entry("batch-size", "4"),
                        Map.entry("epochs", "3")));
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
            ClusterDriver.prepare(directory);

            try (ClusterDriver driver = new ClusterDriver(cluster, Map.of())) {
                driver.train(config("two-executors"), new RoundWatch());
                AtomicBoolean killed = new AtomicBoolean();
                RoundWatch watch = new RoundWatch() {
                    @Override
                    void submitted(int round, Phase phase) {
                        if (round == MIDDLE_OF_SECOND_EPOCH && phase == Phase.AVERAGE && !killed.get()) {
                            killed.set(cluster.killExecutor());
                        }
                    }
                };
                driver.train(config("executor-killed"), watch);
                assertThat(killed).isTrue();
                assertThat(watch.lost(RoundWatch.Phase.AVERAGE))
                        .as("what its workers had to send was lost with it")
                        .isTrue();
            }
            try (ClusterDriver driver = new ClusterDriver(cluster, Map.of("spark.cores.max", "1"))) {
                driver.train(config("one-executor"), new RoundWatch());
            }

            List<String> evaluate = new ArrayList<>(List.of("evaluate", "--no-ui", "--split", "test"));
            evaluate.addAll(List.of("--data", directory.resolve("dataset").toString()));
            evaluate.addAll(
                    List.of("--model", directory.resolve("two-executors").toString()));
            evaluate.addAll(List.of("--reestimate-batch-norm", "40"));
            evaluate.addAll(List.of("--output", directory.resolve("report").toString()));
            StandaloneCluster.Ended evaluated = cluster.submit(ClusterDriver.smallTables(), evaluate, LIMIT);
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

    private static void succeed(StandaloneCluster.Ended ended) {
        assertThat(ended.exitCode()).as(ended.errors()).isZero();
    }
}
