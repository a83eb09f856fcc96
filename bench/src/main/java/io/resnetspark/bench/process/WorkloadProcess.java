package io.resnetspark.bench.process;

import io.resnetspark.bench.schedule.Contestant;
import io.resnetspark.bench.schedule.ContestantFailedException;
import io.resnetspark.bench.workload.JvmSystem;
import io.resnetspark.bench.workload.PythonSystem;
import io.resnetspark.bench.workload.SyntheticBatch;
import io.resnetspark.bench.workload.SystemUnderTest;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A system in a process of its own; the other end of a {@link WorkloadServer} or of a script that replies alike. */
public final class WorkloadProcess implements Contestant, AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofMinutes(5);

    private final SystemUnderTest system;
    private final Process process;
    private final BufferedWriter commands;
    private final BufferedReader replies;
    private final Path log;
    private final Optional<Path> model;
    private Reply.Ready ready;

    private WorkloadProcess(SystemUnderTest system, Process process, Path log, Optional<Path> model) {
        this.system = system;
        this.process = process;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        this.replies = process.inputReader(StandardCharsets.UTF_8);
        this.log = log;
        this.model = model;
    }

    /**
     * Starts a process without waiting until it is ready.
     *
     * @param python the interpreter of systems that Python calls
     */
    public static WorkloadProcess start(SystemUnderTest system, Task task, String python) {
        try {
            Path log = Files.createTempFile("resnet-bench-" + system.label() + "-", ".log");
            ProcessBuilder builder = new ProcessBuilder(command(system, task, python)).redirectError(log.toFile());
            builder.environment().putAll(ProcessEnvironment.of(task.threads()));
            Optional<Path> model = model(system, task);
            model.ifPresent(file -> {
                builder.environment().put("RESNET_BENCH_MODEL", file.toString());
                builder.environment()
                        .put(
                                "RESNET_BENCH_PARAMETERS",
                                String.valueOf(
                                        JvmSystem.OURS.parameters(task.network().spec())));
            });
            return new WorkloadProcess(system, builder.start(), log, model);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start the process of " + system.label(), e);
        }
    }

    /** The file that it reads, which goes when it has ended. */
    private static Optional<Path> model(SystemUnderTest system, Task task) throws IOException {
        return system instanceof PythonSystem peer
                ? peer.writeModel(SyntheticBatch.of(task.network().spec(), task.batch()))
                : Optional.empty();
    }

    private static List<String> command(SystemUnderTest system, Task task, String python) {
        List<String> command = new ArrayList<>();
        if (system instanceof JvmSystem jvm) {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(ProcessEnvironment.jvmOptions());
            command.addAll(jvm.jvmOptions(task.threads()));
            command.addAll(List.of("-cp", jvm.classPath(), WorkloadServer.class.getName(), jvm.label()));
        } else if (system instanceof PythonSystem peer) {
            command.addAll(List.of(python, peer.script().toString(), peer.way()));
        }
        command.addAll(List.of(
                task.network().label(),
                task.mode().label(),
                String.valueOf(task.batch()),
                String.valueOf(task.threads())));
        return command;
    }

    /** Waits until the workload is open. */
    public void awaitReady() throws ContestantFailedException {
        Reply reply = await(START_LIMIT);
        if (!(reply instanceof Reply.Ready isReady)) {
            throw failure("it answered \"%s\" instead of being ready".formatted(reply.line()));
        }
        ready = isReady;
    }

    @Override
    public SystemUnderTest system() {
        return system;
    }

    /** Number of trained parameters of the network it computes; known once it is ready. */
    public long parameters() {
        return ready.parameters();
    }

    /** Name and versions; known once it is ready. */
    public String description() {
        return ready.description();
    }

    @Override
    public double run(int steps, Duration limit) throws ContestantFailedException {
        try {
            commands.write(steps + "\n");
            commands.flush();
        } catch (IOException e) {
            throw failure("its process has ended");
        }
        Reply reply = await(limit);
        if (reply instanceof Reply.Done done) {
            return done.seconds();
        }
        throw failure(reply instanceof Reply.Failed failed ? failed.reason() : reply.line());
    }

    private Reply await(Duration limit) throws ContestantFailedException {
        CompletableFuture<String> line = CompletableFuture.supplyAsync(this::readLine);
        try {
            String reply = line.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (reply == null) {
                throw failure("its process has ended");
            }
            return Reply.parse(reply);
        } catch (TimeoutException e) {
            process.destroyForcibly();
            throw new ContestantFailedException("no reply within %d s".formatted(limit.toSeconds()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("the benchmark was interrupted");
        } catch (ExecutionException e) {
            throw failure(e.getCause().toString());
        }
    }

    private String readLine() {
        try {
            return replies.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ContestantFailedException failure(String what) {
        return new ContestantFailedException("%s; its log is %s".formatted(what, log));
    }

    /** Ends the process; its log stays only if it failed. */
    @Override
    public void close() {
        try {
            commands.close();
        } catch (IOException e) {
            process.destroyForcibly(); // it has ended already, or soon
        }
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            if (process.exitValue() == 0) {
                Files.deleteIfExists(log);
            }
            if (model.isPresent()) {
                Files.deleteIfExists(model.get());
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + log, e);
        }
    }
}
