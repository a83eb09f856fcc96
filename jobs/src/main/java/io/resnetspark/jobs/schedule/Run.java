package io.resnetspark.jobs.schedule;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One run of a job, or times at which it did not run.
 *
 * @param job its name
 * @param id unique within the job, and sorted by time
 * @param cause why it runs
 * @param scheduledFor the time it was due; the last of them when it makes up for several
 * @param startedAt when it began, or when it was seen that it cannot
 * @param endedAt empty while it runs
 * @param status how it stands
 * @param exitCode of the process, where one was seen
 * @param message what to tell about it, one or more lines
 * @param missedFires times that passed and that this run makes up for, or records as missed
 * @param arguments the command line of resnet-spark
 * @param pid of the process
 * @param processStartedAt tells the process from a later one with the same number
 */
record Run(
        String job,
        String id,
        Cause cause,
        Optional<Instant> scheduledFor,
        Instant startedAt,
        Optional<Instant> endedAt,
        RunStatus status,
        OptionalInt exitCode,
        String message,
        int missedFires,
        List<String> arguments,
        OptionalLong pid,
        Optional<Instant> processStartedAt) {

    /** Why a run is there. */
    enum Cause {
        /** Its time came. */
        CRON,
        /** Its time had passed. */
        MISFIRE,
        /** Somebody asked for it. */
        REQUEST;

        @JsonValue
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        @JsonCreator
        static Cause ofLabel(String label) {
            return Arrays.stream(values())
                    .filter(cause -> cause.label().equals(label))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("Unknown cause " + label));
        }
    }

    Run withProcess(ProcessHandle process) {
        return new Run(
                job,
                id,
                cause,
                scheduledFor,
                startedAt,
                endedAt,
                status,
                exitCode,
                message,
                missedFires,
                arguments,
                OptionalLong.of(process.pid()),
                process.info().startInstant());
    }

    Run ended(RunStatus outcome, OptionalInt code, String reported, Instant at) {
        return new Run(
                job,
                id,
                cause,
                scheduledFor,
                startedAt,
                Optional.of(at),
                outcome,
                code,
                reported,
                missedFires,
                arguments,
                pid,
                processStartedAt);
    }

    /** The run's process, if it is still there though its scheduler is not. */
    Optional<ProcessHandle> liveProcess() {
        return pid.isEmpty() || status.ended()
                ? Optional.empty()
                : ProcessHandle.of(pid.getAsLong())
                        .filter(ProcessHandle::isAlive)
                        .filter(this::startedThen);
    }

    /** To two seconds: the kernel counts from a boot time that is corrected now and then. */
    private boolean startedThen(ProcessHandle process) {
        Optional<Instant> start = process.info().startInstant();
        return start.isPresent()
                && processStartedAt.isPresent()
                && Duration.between(start.get(), processStartedAt.get()).abs().toSeconds() < 2;
    }
}
