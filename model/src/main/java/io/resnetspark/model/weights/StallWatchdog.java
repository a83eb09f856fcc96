package io.resnetspark.model.weights;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Closes a connection on which nothing has come for too long; {@code HttpClient} would wait for a body forever. */
final class StallWatchdog implements AutoCloseable {

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "download-watchdog");
        thread.setDaemon(true);
        return thread;
    });
    private final Future<?> check;
    private final Closeable connection;
    private final long timeoutNanos;
    private volatile long lastSign = System.nanoTime();
    private volatile boolean fired;

    StallWatchdog(Closeable connection, Duration timeout) {
        this.connection = connection;
        this.timeoutNanos = timeout.toNanos();
        long interval = Math.max(1, timeoutNanos / 4);
        this.check = timer.scheduleWithFixedDelay(this::check, interval, interval, TimeUnit.NANOSECONDS);
    }

    private void check() {
        if (!fired && System.nanoTime() - lastSign > timeoutNanos) {
            fired = true;
            try {
                connection.close();
            } catch (IOException e) {
                // The reader sees the failure; there is nobody to tell here.
                lastSign = System.nanoTime();
            }
        }
    }

    /** Something came. */
    void reset() {
        lastSign = System.nanoTime();
    }

    /** Whether the connection was closed for standing still. */
    boolean hasFired() {
        return fired;
    }

    @Override
    public void close() {
        check.cancel(false);
        timer.shutdownNow();
    }
}
