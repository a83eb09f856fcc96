package io.resnetspark.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.jobs.cluster.RoundWatch.Task;
import io.resnetspark.jobs.command.Commands;
import io.resnetspark.jobs.config.ConfigLoader;
import io.resnetspark.pipeline.dataset.DeltaSession;
import io.resnetspark.pipeline.training.Resume;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.loop.TrainingLoop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** A driver in this JVM whose executors are processes of a cluster. */
final class ClusterDriver implements AutoCloseable {

    /** Delta reads its log with 50 tasks by default, and Spark writes and compiles code for each: too much for a few rows. */
    private static final Map<String, String> SMALL_TABLES = Map.of(
            "spark.databricks.delta.snapshotPartitions", "2",
            "spark.sql.shuffle.partitions", "2",
            "spark.sql.codegen.wholeStage", "false",
            "spark.sql.codegen.factoryMode", "NO_CODEGEN");

    private final StandaloneCluster cluster;
    private final SparkSession spark;

    /** The settings for small tables, for SparkSubmit. */
    static List<String> smallTables() {
        List<String> options = new ArrayList<>();
        SMALL_TABLES.forEach((key, value) -> options.addAll(List.of("--conf", key + "=" + value)));
        return options;
    }

    /** Prepares {@code images}, a folder of classes in a directory, as {@code dataset} beside it, in this JVM alone. */
    static void prepare(Path directory) {
        assertThat(Commands.commandLine()
                        .execute(
                                "prepare",
                                "--master",
                                "local[2]",
                                "--no-ui",
                                "--input",
                                directory.resolve("images").toString(),
                                "--format",
                                "image-folder",
                                "--split",
                                "train=0.8,val=0.1,test=0.1",
                                "--output",
                                directory.resolve("dataset").toString()))
                .isZero();
    }

    /**
     * A training of {@code dataset} in a directory, with a small network on one thread a worker.
     *
     * @param name of the run, in the same directory
     * @param settings below {@code train}
     */
    static TrainConfig config(Path directory, String name, Map<String, String> settings) {
        ConfigLoader loader = ConfigLoader.shippedDefaults()
                .withSetting("train.data=\"%s\"".formatted(directory.resolve("dataset")))
                .withSetting("train.output=\"%s\"".formatted(directory.resolve(name)))
                .withSetting("train.arch=\"cifar-resnet20+blocks=1-1-1+widths=8-8-16\"")
                .withSetting("train.input-size=16")
                .withSetting("train.threads-per-worker=1")
                .withSetting("prepare.input=i")
                .withSetting("prepare.format=cifar10")
                .withSetting("prepare.output=o");
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            loader = loader.withSetting("train.%s=%s".formatted(setting.getKey(), setting.getValue()));
        }
        return loader.load().bind("train", TrainConfig.class);
    }

    /** @param settings of Spark, by their full names */
    ClusterDriver(StandaloneCluster cluster, Map<String, String> settings) {
        this.cluster = cluster;
        SparkSession.Builder builder = SparkSession.builder()
                .master(cluster.masterUrl())
                .appName("disturbed training")
                .config("spark.jars", cluster.jars())
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.ui.enabled", "false")
                .config("spark.executorEnv.OMP_WAIT_POLICY", "passive")
                // How long a reader of shuffle blocks waits before it asks again an executor that is gone.
                .config("spark.shuffle.io.retryWait", "200ms");
        DeltaSession.ownSession().forEach(builder::config);
        SMALL_TABLES.forEach(builder::config);
        settings.forEach(builder::config);
        this.spark = builder.getOrCreate();
    }

    /** Trains a new run, with {@code watch} listening. */
    void train(TrainConfig config, RoundWatch watch, TrainingListener... listeners) {
        spark.sparkContext().addSparkListener(watch);
        try {
            TrainingLoop.run(spark, config, Resume.NEW_RUN, List.of(listeners));
        } finally {
            spark.sparkContext().removeSparkListener(watch);
        }
    }

    /** For jobs that are no training. */
    JavaSparkContext context() {
        return new JavaSparkContext(spark.sparkContext());
    }

    /** The process that runs a task. */
    ProcessHandle executor(Task task) {
        return cluster.executor(
                        spark.sparkContext().applicationId(), task.info().executorId())
                .orElseThrow();
    }

    /** What the executors have logged so far, by their numbers. */
    Map<String, String> executorLogs() {
        return cluster.executorLogs(spark.sparkContext().applicationId());
    }

    /** Kills the process that runs a task, as the kernel's out-of-memory killer would. */
    void kill(Task task) {
        executor(task).destroyForcibly();
    }

    @Override
    public void close() {
        spark.stop();
    }
}
