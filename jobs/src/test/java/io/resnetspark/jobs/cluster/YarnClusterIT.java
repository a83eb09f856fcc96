package io.resnetspark.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.jobs.command.Commands;
import io.resnetspark.jobs.quickstart.SyntheticImages;
import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.pipeline.run.RunDirectory;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real resource manager and two node managers, in this JVM, whose containers are processes: the launcher submits to them
 * with the driver here and with the driver in a container. Either way, and with a container killed in the middle of a round,
 * a training ends in the bits of one without a cluster.
 */
@Tag("full")
class YarnClusterIT {

    private static final Duration LIMIT = Duration.ofMinutes(5);

    @TempDir
    static Path directory;

    private static MiniYARNCluster cluster;

    @BeforeAll
    static void startClusterAndPrepare() throws Exception {
        YarnConfiguration configuration = new YarnConfiguration();
        configuration.set("fs.defaultFS", "file:///");
        configuration.set("yarn.scheduler.minimum-allocation-mb", "256");
        configuration.set("yarn.nodemanager.resource.memory-mb", "4096");
        configuration.set("yarn.nodemanager.pmem-check-enabled", "false");
        configuration.set("yarn.nodemanager.vmem-check-enabled", "false");
        // A disk that is nearly full would count as none.
        configuration.set("yarn.nodemanager.disk-health-checker.enable", "false");
        configuration.set("yarn.scheduler.capacity.root.queues", "default");
        configuration.set("yarn.scheduler.capacity.root.default.capacity", "100");
        configuration.set("yarn.scheduler.capacity.maximum-am-resource-percent", "0.6");
        configuration.set("yarn.scheduler.capacity.node-locality-delay", "-1");
        configuration.set("yarn.nodemanager.env-whitelist", "JAVA_HOME,PATH,JDK_JAVA_OPTIONS");
        System.setProperty("test.build.data", directory.resolve("yarn").toString());
        cluster = new MiniYARNCluster("yarn", 2, 1, 1);
        cluster.init(configuration);
        cluster.start();
        assertThat(cluster.waitForNodeManagersToConnect(60_000)).isTrue();
        try (OutputStream out = Files.newOutputStream(
                Files.createDirectory(directory.resolve("conf")).resolve("yarn-site.xml"))) {
            cluster.getConfig().writeXml(out);
        }
        new SyntheticImages(40, 16, 1).writeTo(directory.resolve("images"));
        ClusterDriver.prepare(directory);
        List<String> train = new ArrayList<>(trainCommand("on-this-machine"));
        train.addAll(List.of("--no-ui", "--master", "local[2]"));
        assertThat(Commands.commandLine().execute(train.toArray(String[]::new))).isZero();
    }

    @AfterAll
    static void stopCluster() {
        cluster.stop();
    }

    private record Running(Process process, Path log) {

        String said() throws IOException {
            return Files.readString(log);
        }
    }

    /** Starts the launcher as a user would who has the embedded Spark alone. */
    private static Running train(String deployMode, String name) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of("..", "bin", "resnet").toAbsolutePath().normalize().toString()));
        command.addAll(trainCommand(name));
        command.addAll(List.of("--no-ui", "--master", "yarn"));
        Path log = Files.createTempFile(directory, "said-", ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment()
                .putAll(Map.of(
                        "RESNET_BUILD",
                        "never",
                        "RESNET_DRIVER_MEMORY",
                        "1g",
                        "RESNET_SUBMIT_OPTS",
                        submitOptions(deployMode),
                        "HADOOP_CONF_DIR",
                        directory.resolve("conf").toString(),
                        "SPARK_LOCAL_IP",
                        "127.0.0.1"));
        builder.environment().remove("SPARK_HOME");
        return new Running(builder.start(), log);
    }

    private static List<String> trainCommand(String name) {
        return List.of(
                "train",
                "--data",
                directory.resolve("dataset").toString(),
                "--output",
                directory.resolve(name).toString(),
                "--arch",
                "cifar-resnet20+blocks=1-1-1+widths=8-8-16",
                "--input-size",
                "16",
                "--workers",
                "2",
                "--averaging-frequency",
                "2",
                "--batch-size",
                "8",
                "--epochs",
                "4",
                "--set",
                "train.threads-per-worker=1");
    }

    private static String submitOptions(String deployMode) {
        return String.join(
                " ",
                "--deploy-mode",
                deployMode,
                "--num-executors 2 --executor-cores 1 --executor-memory 768m",
                "--conf spark.executor.memoryOverhead=512m --conf spark.yarn.am.memory=512m",
                "--conf spark.yarn.jars=local:" + System.getProperty("resnet.spark.home") + "/jars/*",
                "--conf spark.yarn.stagingDir=" + directory.resolve("staging").toUri(),
                "--conf spark.sql.shuffle.partitions=2 --conf spark.databricks.delta.snapshotPartitions=2",
                // As many clusters' defaults have it.
                "--conf spark.serializer=org.apache.spark.serializer.KryoSerializer");
    }

    private static String succeed(Running running) throws Exception {
        try {
            assertThat(running.process().waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .as("ended in time")
                    .isTrue();
            assertThat(running.process().exitValue()).as(running.said()).isZero();
            return running.said();
        } finally {
            running.process().descendants().forEach(ProcessHandle::destroyForcibly);
            running.process().destroyForcibly();
        }
    }

    private static RunDirectory run(String name) {
        return RunDirectory.at(directory.resolve(name).toString(), new Configuration());
    }

    private static void assertSameBits(String name) {
        Checkpoint expected = run("on-this-machine").newestCheckpoint().orElseThrow();
        Checkpoint actual = run(name).newestCheckpoint().orElseThrow();
        assertThat(actual.position()).isEqualTo(expected.position());
        assertThat(actual.state()).isEqualTo(expected.state());
    }

    @Test
    void aContainerKilledInTheMiddleOfATrainingChangesNothing() throws Exception {
        Running training = train("client", "container-killed");
        Path metrics = directory.resolve("container-killed/metrics.jsonl");
        while (!Files.exists(metrics) || !Files.readString(metrics).contains("\"type\":\"epoch\"")) {
            assertThat(training.process().isAlive()).as(training.said()).isTrue();
            Thread.sleep(20);
        }
        assertThat(killExecutor()).as("an executor").isTrue();
        String said = succeed(training);
        assertThat(said).contains("Lost executor", "Trained 4 epochs");
        assertThat(said.lines().count()).as("lines said: %s", said).isLessThan(40);
        assertSameBits("container-killed");
    }

    /** Containers are processes that this JVM's node managers have started. */
    private static boolean killExecutor() {
        Optional<ProcessHandle> executor = ProcessHandle.current()
                .descendants()
                .filter(process -> process.info()
                        .commandLine()
                        .orElse("")
                        .matches("(?s)\\S*/java .*YarnCoarseGrainedExecutorBackend.*"))
                .findFirst();
        return executor.map(ProcessHandle::destroyForcibly).orElse(false);
    }

    @Test
    void theDriverMayRunInAContainer() throws Exception {
        String said = succeed(train("cluster", "driver-in-container"));
        assertThat(said).containsPattern("application_\\d+_\\d+").contains("SUCCEEDED");
        assertSameBits("driver-in-container");
        try (Stream<Path> files = Files.walk(directory.resolve("yarn"))) {
            String driversOutput = files.filter(file -> file.endsWith("stdout"))
                    .map(YarnClusterIT::text)
                    .collect(Collectors.joining());
            assertThat(driversOutput).as("in the log of a container").contains("Trained 4 epochs");
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
