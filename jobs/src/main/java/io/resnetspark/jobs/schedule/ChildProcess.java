package io.resnetspark.jobs.schedule;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process under watch: it ends by itself, at its timeout or when told to stop, and takes what it started with it. */
final class ChildProcess {

    /** Why a process ended. */
    enum Reason {
        BY_ITSELF,
        TIMED_OUT,
        STOPPED
    }

    /**
     * @param exitCode of the process; 128 + n when signal n ended it
     * @param killed whether it had to be killed, after the grace
     */
    record End(Reason reason, int exitCode, boolean killed) {}

    private final Process process;
    private final Duration grace;
    private final CompletableFuture<Reason> reason = new CompletableFuture<>();

    /** Starts it; whatever it writes goes to the log. */
    static ChildProcess start(ProcessBuilder command, Path log, Duration grace) throws IOException {
        command.redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        return new ChildProcess(command.start(), grace);
    }

    private ChildProcess(Process process, Duration grace) {
        this.process = process;
        this.grace = grace;
        Future<?> unused = process.onExit().thenRun(() -> reason.complete(Reason.BY_ITSELF));
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Asks for its end: SIGTERM, and after the grace SIGKILL. Returns at once; {@link #await} does it. */
    void stop() {
        reason.complete(Reason.STOPPED);
    }

    /** Waits for the end, or brings it about. */
    End await(Optional<Duration> timeout) throws InterruptedException {
        Reason ended = reason(timeout);
        if (ended == Reason.BY_ITSELF) {
            return new End(ended, process.waitFor(), false);
        }
        // Once their parent is gone nobody knows whose they were.
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroy();
        boolean killed = !process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS);
        if (killed) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        descendants.forEach(ProcessHandle::destroyForcibly);
        return new End(ended, process.waitFor(), killed);
    }

    private Reason reason(Optional<Duration> timeout) throws InterruptedException {
        try {
            return timeout.isPresent() ? reason.get(timeout.get().toMillis(), TimeUnit.MILLISECONDS) : reason.get();
        } catch (TimeoutException e) {
            reason.complete(Reason.TIMED_OUT);
            return reason.join();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
