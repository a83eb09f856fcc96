package io.resnetspark.jobs.schedule;

import io.resnetspark.pipeline.storage.Flattened;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One run of a job, or times at which it did not run.
 *
 * @param job its name
 * @param id unique within the job, and sorted by time
 * @param firing why it runs
 * @param startedAt when it began, or when it was seen that it cannot
 * @param endedAt empty while it runs
 * @param result how it stands
 * @param arguments the command line of resnet-spark
 * @param process that runs it
 */
record Run(
        String job,
        String id,
        @Flattened Firing firing,
        Instant startedAt,
        Optional<Instant> endedAt,
        @Flattened Result result,
        List<String> arguments,
        @Flattened Child process) {

    /**
     * @param exitCode of the process, where one was seen
     * @param message what to tell about the run, one or more lines
     */
    record Result(RunStatus status, OptionalInt exitCode, String message) {}

    /**
     * @param pid of the process
     * @param processStartedAt tells the process from a later one with the same number
     */
    record Child(OptionalLong pid, Optional<Instant> processStartedAt) {}

    /** A run that begins. */
    static Run started(String job, Firing firing, Instant at, List<String> arguments) {
        return new Run(
                job,
                RunHistory.idAt(at),
                firing,
                at,
                Optional.empty(),
                new Result(RunStatus.RUNNING, OptionalInt.empty(), ""),
                arguments,
                new Child(OptionalLong.empty(), Optional.empty()));
    }

    Run withProcess(ProcessHandle handle) {
        Child child = new Child(OptionalLong.of(handle.pid()), handle.info().startInstant());
        return new Run(job, id, firing, startedAt, endedAt, result, arguments, child);
    }

    Run ended(RunStatus status, OptionalInt exitCode, String message, Instant at) {
        Result end = new Result(status, exitCode, message);
        return new Run(job, id, firing, startedAt, Optional.of(at), end, arguments, process);
    }

    RunStatus status() {
        return result.status();
    }

    /** The run's process, if it is still there though its scheduler is not. */
    Optional<ProcessHandle> liveProcess() {
        return process.pid().isEmpty() || status().ended()
                ? Optional.empty()
                : ProcessHandle.of(process.pid().getAsLong())
                        .filter(ProcessHandle::isAlive)
                        .filter(this::startedThen);
    }

    /** To two seconds: the kernel counts from a boot time that is corrected now and then. */
    private boolean startedThen(ProcessHandle handle) {
        Optional<Instant> start = handle.info().startInstant();
        Optional<Instant> noted = process.processStartedAt();
        return start.isPresent()
                && noted.isPresent()
                && Duration.between(start.get(), noted.get()).abs().toSeconds() < 2;
    }
}
