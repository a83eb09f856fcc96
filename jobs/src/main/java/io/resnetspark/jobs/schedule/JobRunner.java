package io.resnetspark.jobs.schedule;

import io.resnetspark.jobs.schedule.ChildProcess.End;
import io.resnetspark.jobs.schedule.RunHistory.ReportedOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Runs jobs as processes and keeps what becomes of them. A job never overlaps itself, whoever else runs it. */
final class JobRunner {

    private static final long OCCUPIED_POLL_SECONDS = 1;

    private final RunHistory history;
    private final Launcher launcher;
    private final Duration grace;
    private final List<RunListener> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, ChildProcess> children = new HashMap<>();
    private final CountDownLatch stopping = new CountDownLatch(1);

    JobRunner(RunHistory history, Launcher launcher, Duration grace) {
        this.history = history;
        this.launcher = launcher;
        this.grace = grace;
    }

    void listen(RunListener listener) {
        listeners.add(listener);
    }

    /** The jobs that run right now as children of this process. */
    synchronized Set<String> running() {
        return Set.copyOf(children.keySet());
    }

    /**
     * Runs the job once nobody else does; or, if its misfire policy is to skip, notes that it could not run.
     *
     * @return the run; empty if the runner was stopped before it began
     */
    Optional<Run> runWhenFree(ScheduledJob job, Firing firing) throws InterruptedException {
        do {
            Optional<Run> run = runIfFree(job, firing);
            if (run.isPresent() || stopping.getCount() == 0) {
                return run;
            }
            if (job.misfirePolicy() == Misfire.SKIP) {
                Firing lost = new Firing(firing.cause(), firing.scheduledFor(), Math.max(1, firing.missedFires()));
                return Optional.of(missed(job, lost, "The run before was still going."));
            }
        } while (!stopping.await(OCCUPIED_POLL_SECONDS, TimeUnit.SECONDS));
        return Optional.empty();
    }

    /** Runs the job, unless another process does, a run goes on that has lost its scheduler, or this runner was stopped. */
    Optional<Run> runIfFree(ScheduledJob job, Firing firing) throws InterruptedException {
        if (stopping.getCount() == 0) {
            return Optional.empty();
        }
        Optional<JobLock> lock = JobLock.tryTake(history, job.name());
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        try (JobLock taken = lock.get()) {
            return history.settle(job.name()).isPresent() ? Optional.empty() : Optional.of(run(job, firing));
        }
    }

    /** Notes times at which the job did not run. */
    Run missed(ScheduledJob job, Firing firing, String why) {
        Run missed = newRun(job, firing)
                .ended(
                        RunStatus.MISSED,
                        OptionalInt.empty(),
                        why,
                        firing.scheduledFor().orElseGet(Instant::now));
        history.keep(missed);
        listeners.forEach(listener -> listener.ended(missed));
        return missed;
    }

    private Run newRun(ScheduledJob job, Firing firing) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return Run.started(job.name(), firing, now, job.command());
    }

    private Run run(ScheduledJob job, Firing firing) throws InterruptedException {
        Run run = newRun(job, firing);
        history.keep(run);
        listeners.forEach(listener -> listener.started(run));
        Run ended;
        try {
            ended = supervise(job, run, start(job, run));
        } catch (IOException e) {
            ended = run.ended(RunStatus.FAILED, OptionalInt.empty(), "Cannot start: " + e.getMessage(), Instant.now());
        }
        history.keep(ended);
        for (RunListener listener : listeners) {
            listener.ended(ended);
        }
        return ended;
    }

    private ChildProcess start(ScheduledJob job, Run run) throws IOException {
        Path folder = history.folderOf(run);
        List<String> arguments = new ArrayList<>(job.command());
        arguments.addAll(List.of("--outcome", folder.toString()));
        Files.createDirectories(folder);
        return ChildProcess.start(launcher.command(arguments), folder.resolve(RunHistory.LOG), grace);
    }

    private Run supervise(ScheduledJob job, Run run, ChildProcess child) throws InterruptedException {
        synchronized (this) {
            children.put(job.name(), child);
            if (stopping.getCount() == 0) {
                child.stop();
            }
        }
        Run going = run.withProcess(child.handle());
        try {
            history.keep(going);
            return end(job, going, child.await(job.timeout()));
        } catch (RuntimeException e) {
            // Nothing goes on that no record tells of.
            child.stop();
            child.await(Optional.empty());
            throw e;
        } finally {
            synchronized (this) {
                children.remove(job.name());
            }
        }
    }

    private Run end(ScheduledJob job, Run run, End end) {
        Optional<ReportedOutcome> reported = history.outcome(run);
        RunStatus status =
                switch (end.reason()) {
                    case TIMED_OUT -> RunStatus.TIMED_OUT;
                    case STOPPED -> RunStatus.STOPPED;
                    case BY_ITSELF -> RunStatus.ofExitCode(end.exitCode());
                };
        String message =
                switch (end.reason()) {
                    case TIMED_OUT ->
                        "Not done within %s; %s."
                                .formatted(Durations.inWords(job.timeout().orElseThrow()), how(end));
                    case STOPPED -> "The scheduler was told to stop; %s.".formatted(how(end));
                    case BY_ITSELF ->
                        reported.map(ReportedOutcome::message)
                                .filter(text -> !text.isBlank())
                                .orElseGet(() -> "Exit code %d%s, and no outcome.json."
                                        .formatted(
                                                end.exitCode(),
                                                end.exitCode() > 128
                                                        ? ", signal %d".formatted(end.exitCode() - 128)
                                                        : ""));
                };
        return run.ended(status, OptionalInt.of(end.exitCode()), message, Instant.now());
    }

    private String how(End end) {
        return end.killed()
                ? "killed after %s of grace".formatted(Durations.inWords(grace))
                : "ended on SIGTERM with exit code %d".formatted(end.exitCode());
    }

    /** Ends what runs, and starts nothing more. Returns at once. */
    synchronized void stop() {
        stopping.countDown();
        children.values().forEach(ChildProcess::stop);
    }
}
