package io.resnetspark.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.jobs.cluster.RoundWatch.Phase;
import io.resnetspark.jobs.cluster.RoundWatch.Task;
import io.resnetspark.jobs.quickstart.SyntheticImages;
import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.training.MetricsFile;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training on a real standalone master with two worker processes that have everything happen to them that happens to
 * machines. However they are disturbed, trainings with one seed end in the same bits and have seen the same losses.
 *
 * <p>The driver is in this JVM, where Spark's events tell when to strike; only the test that kills it submits one.
 */
@Tag("full")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class) // the last test leaves one machine
class ClusterTrainingIT {

    private static final Duration LIMIT = Duration.ofMinutes(4);

    /** Strikes wait for this round: everything is warm by then. */
    private static final int FROM_ROUND = 3;

    /** What all trainings share. */
    private static final Map<String, String> SETTINGS =
            Map.of("workers", "2", "averaging-frequency", "6", "batch-size", "8", "epochs", "5");

    @TempDir
    static Path directory;

    private static StandaloneCluster cluster;

    /** Of the trainings that need no settings of their own. */
    private static ClusterDriver driver;

    @BeforeAll
    static void startClusterAndPrepare() throws Exception {
        new SyntheticImages(60, 16, 1).writeTo(directory.resolve("images"));
        cluster = StandaloneCluster.start(directory, 2, 1, 1024);
        ClusterDriver.prepare(directory);
        driver = new ClusterDriver(cluster, Map.of());
        driver.train(config("undisturbed"), new RoundWatch());
    }

    /** Gives the executors back: one application is all that the cluster has cores for. */
    private static void closeDriver() {
        if (driver != null) {
            driver.close();
            driver = null;
        }
    }

    @AfterAll
    static void stopCluster() {
        closeDriver();
        cluster.close();
    }

    private static TrainConfig config(String name) {
        return ClusterDriver.config(directory, name, SETTINGS);
    }

    private static List<String> trainCommand(String name, String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "train",
                "--no-ui",
                "--data",
                directory.resolve("dataset").toString(),
                "--output",
                directory.resolve(name).toString()));
        Map<String, String> settings = new TreeMap<>(SETTINGS);
        settings.put("arch", "\"cifar-resnet20+blocks=1-1-1+widths=8-8-16\"");
        settings.put("input-size", "16");
        settings.put("threads-per-worker", "1");
        settings.forEach((key, value) -> arguments.addAll(List.of("--set", "train." + key + "=" + value)));
        arguments.addAll(List.of(options));
        return arguments;
    }

    private static RunDirectory run(String name) {
        return RunDirectory.at(directory.resolve(name).toString(), new Configuration());
    }

    private static void assertEqualsUndisturbed(String name) {
        Checkpoint expected = run("undisturbed").newestCheckpoint().orElseThrow();
        Checkpoint actual = run(name).newestCheckpoint().orElseThrow();
        assertThat(actual.position()).isEqualTo(expected.position());
        assertThat(actual.state()).isEqualTo(expected.state());
        assertThat(losses(name)).isEqualTo(losses("undisturbed")).hasSizeGreaterThan(FROM_ROUND);
    }

    /** The loss of every round, which depends on every step before it. */
    private static List<Double> losses(String name) {
        return MetricsFile.read(run(name)).rounds().stream()
                .map(round -> round.learning().loss())
                .toList();
    }

    /** Kills the executor of a task, and then the one that took the task over, in the same round. */
    @Test
    @Order(1)
    void executorsKilledTwiceInARowChangeNothing() {
        RoundWatch watch = new RoundWatch() {
            private int struck = FROM_ROUND - 1;

            @Override
            void started(Task task) {
                if (task.phase() != Phase.TRAIN || failures().size() >= 2) {
                    return;
                }
                boolean firstOfARound = failures().isEmpty() && task.round() > struck;
                boolean again = failures().size() == 1
                        && task.round() == failures().get(0).task().round()
                        && task.info().index()
                                == failures().get(0).task().info().index();
                if (firstOfARound || again) {
                    struck = task.round();
                    driver.kill(task);
                }
            }
        };
        driver.train(config("killed-twice"), watch);
        assertThat(watch.failures()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(watch.failures().get(1).task().round())
                .isEqualTo(watch.failures().get(0).task().round());
        assertEqualsUndisturbed("killed-twice");
    }

    /**
     * Kills an executor as a round's averaging begins, in round after round until a task of an averaging was lost: with the
     * executor go its slice of the average and what the others have yet to fetch of its training.
     */
    @Test
    @Order(2)
    void anExecutorKilledAtAveragingChangesNothing() {
        RoundWatch watch = new RoundWatch() {
            private ProcessHandle victim;

            @Override
            void started(Task task) {
                if (task.phase() == Phase.TRAIN && task.round() >= FROM_ROUND) {
                    victim = driver.executor(task); // looked up now, since averaging takes moments
                }
            }

            @Override
            void submitted(int round, Phase phase) {
                if (phase == Phase.AVERAGE && round >= FROM_ROUND && !lost(Phase.AVERAGE)) {
                    victim.destroyForcibly();
                }
            }
        };
        driver.train(config("killed-at-averaging"), watch);
        assertThat(watch.lost(Phase.AVERAGE)).isTrue();
        assertEqualsUndisturbed("killed-at-averaging");
    }

    /**
     * Stops an executor while it trains, as a machine that swaps or a disk that hangs would, until Spark trains its share on
     * the other one too. Then both copies race for the result, or the slow one goes on when it is too late.
     */
    @Test
    @Order(3)
    void speculativeCopiesOfASlowWorkerChangeNothing() {
        Map<String, String> speculation = Map.of(
                "spark.speculation", "true",
                "spark.speculation.interval", "50ms",
                "spark.speculation.minTaskRuntime", "100ms",
                "spark.speculation.quantile", "0.5");
        closeDriver();
        try (ClusterDriver speculating = new ClusterDriver(cluster, speculation)) {
            RoundWatch watch = new RoundWatch() {
                private int copies;
                private int wonByCopies;
                private ProcessHandle stopped;

                @Override
                void started(Task task) {
                    if (task.phase() != Phase.TRAIN) {
                        return;
                    }
                    if (task.info().speculative()) {
                        copies++;
                        if (copies == 1) {
                            goOn(); // a race
                        }
                    } else if (task.round() >= FROM_ROUND && stopped == null && wonByCopies == 0) {
                        stopped = speculating.executor(task);
                        signal("STOP", stopped);
                    }
                }

                @Override
                void done(Task task) {
                    if (task.phase() == Phase.TRAIN && task.info().speculative() && copies > 1) {
                        wonByCopies++;
                        goOn();
                    }
                }

                /** Who was stopped too late to be slow in training goes on, to be stopped in the next round. */
                @Override
                void submitted(int round, Phase phase) {
                    if (phase == Phase.AVERAGE) {
                        goOn();
                    }
                }

                private void goOn() {
                    if (stopped != null) {
                        signal("CONT", stopped);
                        stopped = null;
                    }
                }
            };
            speculating.train(config("speculated"), watch);
            assertThat(watch.succeeded())
                    .as("a copy was faster than a worker that stood still")
                    .anySatisfy(task -> {
                        assertThat(task.phase()).isEqualTo(Phase.TRAIN);
                        assertThat(task.info().speculative()).isTrue();
                    });
        }
        assertEqualsUndisturbed("speculated");
    }

    /** By dynamic allocation: executors go while the driver rests, and others come when there is work again. */
    @Test
    @Order(4)
    void executorsThatComeAndGoChangeNothing() {
        Map<String, String> allocation = Map.of(
                "spark.dynamicAllocation.enabled", "true",
                "spark.dynamicAllocation.shuffleTracking.enabled", "true",
                "spark.dynamicAllocation.shuffleTracking.timeout", "1s",
                "spark.dynamicAllocation.initialExecutors", "2",
                "spark.dynamicAllocation.maxExecutors", "2",
                "spark.dynamicAllocation.schedulerBacklogTimeout", "1s",
                "spark.dynamicAllocation.executorIdleTimeout", "1s",
                "spark.dynamicAllocation.cachedExecutorIdleTimeout", "1s");
        closeDriver();
        try (ClusterDriver allocating = new ClusterDriver(cluster, allocation)) {
            CountDownLatch gone = new CountDownLatch(1);
            RoundWatch watch = new RoundWatch() {
                @Override
                public void onExecutorRemoved(SparkListenerExecutorRemoved event) {
                    gone.countDown();
                }
            };
            TrainingListener rest = new TrainingListener() {
                @Override
                public void roundDone(RoundMetrics metrics) {
                    if (metrics.round() == FROM_ROUND) {
                        await(gone);
                    }
                }
            };
            allocating.train(config("come-and-gone"), watch, rest);
            Set<String> before = executors(watch, 1, FROM_ROUND);
            Set<String> after = executors(watch, FROM_ROUND + 1, Integer.MAX_VALUE);
            assertThat(watch.failures()).isEmpty();
            assertThat(after).as("executors after the rest").isNotEmpty().isNotEqualTo(before);
        }
        assertEqualsUndisturbed("come-and-gone");
    }

    private static Set<String> executors(RoundWatch watch, int first, int last) {
        Set<String> executors = new TreeSet<>();
        watch.succeeded().stream()
                .filter(task -> task.round() >= first && task.round() <= last)
                .forEach(task -> executors.add(task.info().executorId()));
        return executors;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).as("an executor goes").isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    @Order(5)
    void theDriverMayDieAndTheResumedRunEqualsTheUndisturbedOne() throws Exception {
        closeDriver();
        StandaloneCluster.Submission doomed =
                cluster.submission(ClusterDriver.smallTables(), trainCommand("driver-killed"));
        awaitEpoch(doomed, directory.resolve("driver-killed"));
        doomed.process().destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        assertThat(run("driver-killed").manifest().progress().status()).isEqualTo(TrainingStatus.RUNNING);
        StandaloneCluster.Ended resumed =
                cluster.submit(ClusterDriver.smallTables(), trainCommand("driver-killed", "--resume"), LIMIT);
        assertThat(resumed.exitCode()).as(resumed.errors()).isZero();
        assertEqualsUndisturbed("driver-killed");
    }

    /** Waits until the run has finished an epoch. */
    private static void awaitEpoch(StandaloneCluster.Submission submission, Path run) throws Exception {
        Path metrics = run.resolve("metrics.jsonl");
        while (submission.process().isAlive()) {
            if (Files.exists(metrics) && Files.readString(metrics).contains("\"type\":\"epoch\"")) {
                return;
            }
            Thread.sleep(20);
        }
        throw new AssertionError(
                "The training ended before it could be disturbed:\n" + Files.readString(submission.errors()));
    }

    /** Takes the power from a machine in the middle of a round: one executor trains the shares of both workers. */
    @Test
    @Order(6)
    void aMachineThatNeverComesBackChangesNothing() {
        closeDriver();
        try (ClusterDriver last = new ClusterDriver(cluster, Map.of())) {
            AtomicReference<Task> lost = new AtomicReference<>();
            RoundWatch watch = new RoundWatch() {
                @Override
                void started(Task task) {
                    if (task.phase() == Phase.TRAIN && task.round() >= FROM_ROUND && lost.compareAndSet(null, task)) {
                        cluster.killWorker(task.info().host());
                    }
                }
            };
            last.train(config("machine-lost"), watch);
            Set<String> hosts = new TreeSet<>();
            watch.succeeded().stream()
                    .filter(task -> task.round() > lost.get().round())
                    .forEach(task -> hosts.add(task.info().host()));
            assertThat(hosts).hasSize(1).doesNotContain(lost.get().info().host());
        }
        assertEqualsUndisturbed("machine-lost");
    }

    private static void signal(String name, ProcessHandle process) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
