package io.resnetspark.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.resnetspark.jobs.outcome.ExitStatus;
import io.resnetspark.jobs.outcome.Failure;
import io.resnetspark.jobs.quickstart.SyntheticImages;
import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.gpu.DeviceLostError;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.pipeline.device.DeviceRequest;
import io.resnetspark.pipeline.device.DeviceType;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.training.TrainConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How Spark gives out GPUs, on a real standalone worker that believes it has two: conf/spark/gpu-discovery.sh asks a stand-in
 * for nvidia-smi. No GPU is there and none is computed on. Trainings are asked for the processor, and their executors log
 * which GPU each worker's task was given and left idle; one that is asked for GPUs must end instead.
 */
@Tag("full")
class ClusterGpuIT {

    private static final Duration LIMIT = Duration.ofMinutes(6);
    private static final Pattern WORKER =
            Pattern.compile("Worker (\\d+) computes on the processor; GPU (\\S+), which Spark gave the task, is idle");

    @TempDir
    static Path directory;

    private static StandaloneCluster cluster;

    @BeforeAll
    static void startClusterAndPrepare() throws Exception {
        Path programs = Files.createDirectory(directory.resolve("programs"));
        program(programs.resolve("nvidia-smi"), "echo 0; echo 1");
        Path script = directory.resolve("discover");
        program(
                script,
                "PATH=%s:$PATH exec %s"
                        .formatted(
                                programs,
                                Path.of("..", "conf", "spark", "gpu-discovery.sh")
                                        .toRealPath()));
        new SyntheticImages(20, 16, 1).writeTo(directory.resolve("images"));
        cluster = StandaloneCluster.start(
                directory,
                1,
                2,
                2048,
                Map.of(
                        "spark.worker.resource.gpu.amount",
                        "2",
                        "spark.worker.resource.gpu.discoveryScript",
                        script.toString()));
        ClusterDriver.prepare(directory);
    }

    private static void program(Path path, String commands) throws Exception {
        Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(path, "#!/bin/sh\n" + commands + "\n");
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    private static TrainConfig config(String run) {
        return ClusterDriver.config(
                directory, run, Map.of("workers", "2", "averaging-frequency", "3", "batch-size", "8", "epochs", "1"));
    }

    /** Executors with so many GPUs, and as many cores for their tasks. */
    private static Map<String, String> executors(int gpus) {
        return Map.of(
                "spark.executor.cores",
                Integer.toString(gpus),
                // Nothing runs before all executors are there, so that each has a worker.
                "spark.cores.max",
                "2",
                "spark.scheduler.minRegisteredResourcesRatio",
                "1.0",
                "spark.executor.resource.gpu.amount",
                Integer.toString(gpus),
                "spark.task.resource.gpu.amount",
                "1");
    }

    /** The GPU of each worker's task, by worker, as each executor logged it. */
    private static Map<String, Map<String, String>> gpusByExecutor(ClusterDriver driver) {
        Map<String, Map<String, String>> gpus = new TreeMap<>();
        driver.executorLogs().forEach((executor, log) -> {
            Map<String, String> ofExecutor = new TreeMap<>();
            Matcher worker = WORKER.matcher(log);
            while (worker.find()) {
                ofExecutor.put(worker.group(1), worker.group(2));
            }
            gpus.put(executor, ofExecutor);
        });
        return gpus;
    }

    private static Checkpoint trained(String run) {
        return RunDirectory.at(directory.resolve(run).toString(), new Configuration())
                .newestCheckpoint()
                .orElseThrow();
    }

    @Test
    void concurrentTasksGetAGpuEachHoweverExecutorsShareThem() {
        try (ClusterDriver driver = new ClusterDriver(cluster, executors(2))) {
            driver.train(config("one-executor"), new RoundWatch());
            Map<String, Map<String, String>> gpus = gpusByExecutor(driver);
            assertThat(gpus).hasSize(1);
            assertThat(gpus.values().iterator().next().keySet()).containsExactly("0", "1");
            assertThat(gpus.values().iterator().next().values()).containsExactlyInAnyOrder("0", "1");
        }
        try (ClusterDriver driver = new ClusterDriver(cluster, executors(1))) {
            driver.train(config("two-executors"), new RoundWatch());
            Map<String, Map<String, String>> gpus = gpusByExecutor(driver);
            assertThat(gpus).hasSize(2);
            List<String> given = new ArrayList<>();
            gpus.values().forEach(ofExecutor -> {
                assertThat(ofExecutor.values().stream().distinct())
                        .as("an executor keeps its GPU: %s", gpus)
                        .hasSize(1);
                given.addAll(ofExecutor.values().stream().distinct().toList());
            });
            assertThat(given).containsExactlyInAnyOrder("0", "1");
        }
        assertThat(trained("one-executor").state())
                .isEqualTo(trained("two-executors").state());
    }

    /** The driver is another machine, whose own kernels say nothing of theirs. */
    @Test
    void theManifestSaysWhatWorkersComputedWith() {
        Map<String, String> settings = new HashMap<>(executors(2));
        settings.put("spark.executor.extraJavaOptions", "-D%s=nd4j".formatted(Kernels.SETTING));
        try (ClusterDriver driver = new ClusterDriver(cluster, settings)) {
            driver.train(config("other-kernels"), new RoundWatch());
        }
        RunDirectory run = RunDirectory.at(directory.resolve("other-kernels").toString(), new Configuration());
        assertThat(run.manifest().environment().kernels())
                .isEqualTo(Kernels.nd4j().description())
                .isNotEqualTo(Kernels.ofThisProcess().description());
    }

    @Test
    void executorsThatAreAskedForGpusEndWhereTheBuildComputesOnTheProcessor() {
        Map<String, String> settings = new HashMap<>(executors(1));
        settings.putAll(new DeviceRequest(DeviceType.CUDA, OptionalLong.empty()).settings());
        try (ClusterDriver driver = new ClusterDriver(cluster, settings)) {
            Throwable failure = catchThrowable(() -> driver.train(config("refused"), new RoundWatch()));
            assertThat(failure).isNotNull();
            assertThat(Failure.of(failure).status()).isEqualTo(ExitStatus.CONFIGURATION);
            assertThat(Failure.of(failure).message()).contains("computes on the CPU (CpuBackend)", "-Pcuda");
        }
        assertThat(directory.resolve("refused/metrics.jsonl"))
                .as("no round was trained")
                .satisfiesAnyOf(
                        metrics -> assertThat(metrics).doesNotExist(),
                        metrics -> assertThat(metrics).content().doesNotContain("\"round\""));
    }

    /** A task whose GPU is lost the first time it runs; it says by which executor, and by which it then ran. */
    static final class LosesItsGpuOnce implements Function<Integer, List<String>> {

        private static final long serialVersionUID = 1L;

        private final String marker;

        LosesItsGpuOnce(Path marker) {
            this.marker = marker.toString();
        }

        @Override
        public List<String> call(Integer unused) throws IOException, InterruptedException {
            String executor = SparkEnv.get().executorId();
            if (Files.exists(Path.of(marker))
                    && Files.readString(Path.of(marker)).equals(executor)) {
                // The driver hears of a failed task just before the executor ends, and may give it the next attempt.
                Thread.sleep(Duration.ofMinutes(1).toMillis());
            }
            if (!Files.exists(Path.of(marker))) {
                Files.writeString(Path.of(marker), executor);
                // As a worker's own thread hands it on.
                throw new IllegalStateException(
                        "Worker 0 failed", new DeviceLostError("The GPU is lost to this process"));
            }
            return List.of(Files.readString(Path.of(marker)), executor);
        }
    }

    private static Path jarOf(Class<?> type) throws IOException {
        String name = type.getName().replace('.', '/') + ".class";
        Path jar = directory.resolve(type.getSimpleName() + ".jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                InputStream in = type.getClassLoader().getResourceAsStream(name)) {
            out.putNextEntry(new JarEntry(name));
            in.transferTo(out);
        }
        return jar;
    }

    @Test
    void anExecutorWhoseGpuIsLostIsReplaced() throws Exception {
        Map<String, String> settings = new HashMap<>(executors(2));
        settings.put("spark.jars", cluster.jars() + "," + jarOf(LosesItsGpuOnce.class));
        try (ClusterDriver driver = new ClusterDriver(cluster, settings)) {
            JavaSparkContext spark = driver.context();
            List<String> ranOn = spark.parallelize(List.of(1), 1)
                    .map(new LosesItsGpuOnce(directory.resolve("lost")))
                    .first();
            assertThat(ranOn).doesNotHaveDuplicates();
            assertThat(driver.executorLogs().get(ranOn.get(0))).contains("The GPU is lost to this process");
        }
    }
}
