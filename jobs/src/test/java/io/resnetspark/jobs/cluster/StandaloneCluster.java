package io.resnetspark.jobs.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Spark standalone master and workers, each a JVM of its own on 127.0.0.1, made of nothing but the jars of the Spark that
 * the tests run on. Closing it ends every process it started, executors included.
 *
 * <p>Needs the application to be packaged: the failsafe plugin passes {@code resnet.application.jar} and
 * {@code resnet.spark.home}.
 */
public final class StandaloneCluster implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    /** What a process that has ended said and how. */
    public record Ended(int exitCode, String output, String errors) {}

    private final Path directory;
    private final Map<String, String> workerSettings;
    private final Path sparkHome;
    private final Path applicationJar;
    private final String masterUrl;
    private final Process master;
    private final List<Process> workers = new ArrayList<>();

    /**
     * Starts a cluster and waits until all workers have registered.
     *
     * @param directory for logs and work files
     * @param workers number of worker processes
     * @param coresPerWorker tasks that each may run at once
     * @param mebibytesPerWorker memory that each offers to executors
     */
    public static StandaloneCluster start(Path directory, int workers, int coresPerWorker, int mebibytesPerWorker) {
        return start(directory, workers, coresPerWorker, mebibytesPerWorker, Map.of());
    }

    /** @param workerSettings settings of Spark, by their full names, that all workers get */
    public static StandaloneCluster start(
            Path directory,
            int workers,
            int coresPerWorker,
            int mebibytesPerWorker,
            Map<String, String> workerSettings) {
        StandaloneCluster cluster = new StandaloneCluster(directory, workerSettings);
        try {
            cluster.await(cluster.log("master"), "I have been elected leader", 1);
            for (int i = 0; i < workers; i++) {
                cluster.startWorker(coresPerWorker, mebibytesPerWorker);
            }
            cluster.await(cluster.log("master"), "Registering worker", workers);
            return cluster;
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    private StandaloneCluster(Path directory, Map<String, String> workerSettings) {
        this.directory = directory;
        this.workerSettings = Map.copyOf(workerSettings);
        this.sparkHome = Path.of(required("resnet.spark.home"));
        this.applicationJar = Path.of(required("resnet.application.jar"));
        int port = freePort();
        this.masterUrl = "spark://127.0.0.1:" + port;
        this.master = spark(
                "master",
                Map.of(),
                Map.of(),
                List.of(
                        "org.apache.spark.deploy.master.Master",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--webui-port",
                        "0"));
    }

    private static String required(String property) {
        String value = System.getProperty(property);
        if (value == null) {
            throw new IllegalStateException(
                    "%s is not set: cluster tests run on the packaged application, with ./mvnw verify"
                            .formatted(property));
        }
        return value;
    }

    /**
     * Adds a worker with an address of its own, 127.0.0.1 and counting: to Spark it is another machine.
     *
     * @param cores tasks that it may run at once
     * @param mebibytes memory that it offers to executors
     */
    private void startWorker(int cores, int mebibytes) {
        String name = "worker-" + workers.size();
        workers.add(spark(
                name,
                Map.of(),
                workerSettings,
                List.of(
                        "org.apache.spark.deploy.worker.Worker",
                        "--host",
                        "127.0.0." + (1 + workers.size()),
                        "--port",
                        "0",
                        "--webui-port",
                        "0",
                        "--cores",
                        Integer.toString(cores),
                        "--memory",
                        mebibytes + "m",
                        "--work-dir",
                        directory.resolve(name).toString(),
                        masterUrl)));
    }

    /** For {@code --master}. */
    public String masterUrl() {
        return masterUrl;
    }

    /**
     * Submits the application through Spark's own {@code SparkSubmit}, in client mode, and waits for it to end.
     *
     * @param sparkOptions for SparkSubmit, for example {@code --executor-memory 1g}
     * @param arguments the command line of resnet-spark
     */
    public Ended submit(List<String> sparkOptions, List<String> arguments, Duration limit) {
        return await(submission(sparkOptions, arguments), limit);
    }

    /** Starts what {@link #submit} starts, without waiting; to be awaited, or killed. */
    public Submission submission(List<String> sparkOptions, List<String> arguments) {
        String name = "submission-%d".formatted(System.nanoTime());
        List<String> command = new ArrayList<>(List.of(
                "org.apache.spark.deploy.SparkSubmit",
                "--master",
                masterUrl,
                "--class",
                "io.resnetspark.jobs.ResNetCli",
                "--conf",
                "spark.driver.host=127.0.0.1",
                "--conf",
                "spark.driver.bindAddress=127.0.0.1"));
        String delta = String.join(",", deltaJars());
        if (!delta.isEmpty()) {
            command.addAll(List.of("--jars", delta));
        }
        command.addAll(sparkOptions);
        command.add(applicationJar.toString());
        command.addAll(arguments);
        Process process = spark(name, Map.of("OMP_WAIT_POLICY", "passive"), Map.of(), command);
        return new Submission(process, directory.resolve(name + ".out"), log(name));
    }

    /** A submitted application that may still be running. */
    public record Submission(Process process, Path output, Path errors) {}

    /** Waits for a submission and reads what it said; one that takes longer than the limit is killed. */
    public Ended await(Submission submission, Duration limit) {
        try {
            if (!submission.process().waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
                end(submission.process());
                throw new AssertionError("Still running after %s:%n%s".formatted(limit, read(submission.errors())));
            }
            return new Ended(submission.process().exitValue(), read(submission.output()), read(submission.errors()));
        } catch (InterruptedException e) {
            end(submission.process());
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * The application and what goes with it, as {@code spark.jars}, for drivers that are not submitted. Executors take them
     * from where they lie: fetched, each would unpack natives of its own.
     */
    public String jars() {
        return Stream.concat(Stream.of(applicationJar.toString()), deltaJars().stream())
                .map(jar -> "local:" + jar)
                .collect(Collectors.joining(","));
    }

    /** Delta Lake, where {@code resnet.delta.directory} says that the Spark of the test has none itself. */
    private static List<String> deltaJars() {
        String directory = System.getProperty("resnet.delta.directory");
        if (directory == null) {
            return List.of();
        }
        try (Stream<Path> jars = Files.list(Path.of(directory))) {
            return jars.map(Path::toString).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Kills one executor as the kernel's out-of-memory killer would.
     *
     * @return whether there was one
     */
    public boolean killExecutor() {
        return workers.stream()
                .flatMap(Process::descendants)
                .filter(process -> process.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
                .findFirst()
                .map(ProcessHandle::destroyForcibly)
                .orElse(false);
    }

    /** The process of an application's executor, if it runs. */
    public Optional<ProcessHandle> executor(String applicationId, String executorId) {
        return workers.stream()
                .flatMap(Process::descendants)
                .filter(process -> {
                    String command = process.info().commandLine().orElse("");
                    return command.contains("CoarseGrainedExecutorBackend")
                            && command.contains("--app-id " + applicationId)
                            && command.contains("--executor-id " + executorId + " ");
                })
                .findFirst();
    }

    /** What the executors of an application have logged, by their numbers. */
    public Map<String, String> executorLogs(String applicationId) {
        Map<String, String> logs = new TreeMap<>();
        for (int i = 0; i < workers.size(); i++) {
            Path application = directory.resolve("worker-" + i).resolve(applicationId);
            try (Stream<Path> executors = Files.list(application)) {
                executors.forEach(
                        executor -> logs.put(executor.getFileName().toString(), read(executor.resolve("stderr"))));
            } catch (NoSuchFileException e) {
                continue; // no executor of that application was here
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return logs;
    }

    /** Kills the worker at an address and its executors, as a machine that loses power would go. */
    public void killWorker(String host) {
        end(workers.get(Integer.parseInt(host.substring(host.lastIndexOf('.') + 1)) - 1));
    }

    private Process spark(
            String name,
            Map<String, String> environment,
            Map<String, String> settings,
            List<String> mainClassAndArguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx1g");
        command.addAll(List.of(org.apache.spark.launcher.JavaModuleOptions.defaultModuleOptions()
                .split(" ")));
        settings.forEach((key, value) -> command.add("-D%s=%s".formatted(key, value)));
        command.add("-cp");
        command.add(sparkHome.resolve("jars") + "/*");
        command.addAll(mainClassAndArguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(directory.resolve(name + ".out").toFile())
                .redirectError(log(name).toFile());
        builder.environment().putAll(environment);
        builder.environment().put("SPARK_HOME", sparkHome.toString());
        // Without it the launcher looks for a source build and gives up.
        builder.environment().put("SPARK_SCALA_VERSION", scalaBinaryVersion());
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        try {
            Process process = builder.start();
            // Nothing outlives the test JVM, even one that is interrupted.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(process)));
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String scalaBinaryVersion() {
        String full = scala.util.Properties.versionNumberString();
        return full.substring(0, full.lastIndexOf('.'));
    }

    private Path log(String name) {
        return directory.resolve(name + ".err");
    }

    private void await(Path log, String text, int times) {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (occurrences(read(log), text) < times) {
            if (System.nanoTime() > deadline || !master.isAlive()) {
                throw new IllegalStateException("The cluster did not start:%n%s".formatted(read(log)));
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    private static long occurrences(String text, String part) {
        return text.lines().filter(line -> line.contains(part)).count();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills the process and everything it started. */
    private static void end(Process process) {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(handle -> handle.onExit()
                .orTimeout(10, TimeUnit.SECONDS)
                .exceptionally(late -> handle)
                .join());
    }

    @Override
    public void close() {
        workers.forEach(StandaloneCluster::end);
        end(master);
    }
}
