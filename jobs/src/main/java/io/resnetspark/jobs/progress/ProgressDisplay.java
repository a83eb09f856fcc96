package io.resnetspark.jobs.progress;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Shows progress: as a bar redrawn in place on a terminal, as a line now and then elsewhere. Safe for threads. */
public final class ProgressDisplay implements AutoCloseable {

    /** Narrower terminals get lines: a bar of a few characters says nothing. */
    private static final int LEAST_COLUMNS = 80;

    private static final long BAR_INTERVAL_NANOS = Duration.ofMillis(100).toNanos();
    private static final long LINE_INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();
    private static final String ERASE_LINE = "\r\u001b[2K";

    private final PrintStream stream;
    private final int columns;
    private final LongSupplier nanoClock;

    private ProgressState pending;
    private String lastActivity;
    private boolean barOnScreen;
    private long shownAtNanos;

    private ProgressDisplay(PrintStream stream, int columns, LongSupplier nanoClock) {
        this.stream = stream;
        this.columns = columns;
        this.nanoClock = nanoClock;
    }

    /**
     * @param columns width of the terminal that the stream is, 0 if it is none
     * @param nanoClock for example {@link System#nanoTime()}
     */
    public static ProgressDisplay on(PrintStream stream, int columns, LongSupplier nanoClock) {
        return new ProgressDisplay(stream, columns, nanoClock);
    }

    /**
     * On standard error, with the width that {@code bin/resnet} found out and left in {@code RESNET_TERMINAL_COLUMNS}:
     * Java cannot ask.
     */
    public static ProgressDisplay onStandardError() {
        String columns = System.getenv().getOrDefault("RESNET_TERMINAL_COLUMNS", "0");
        return on(System.err, columns.matches("\\d{1,5}") ? Integer.parseInt(columns) : 0, System::nanoTime);
    }

    /** Shows the state unless another was shown a moment ago; the end and a new activity are always shown. */
    public synchronized void show(ProgressState state) {
        long now = nanoClock.getAsLong();
        boolean due = lastActivity == null
                || !lastActivity.equals(state.activity())
                || state.done() >= state.total()
                || now - shownAtNanos >= (isTerminal() ? BAR_INTERVAL_NANOS : LINE_INTERVAL_NANOS);
        pending = state;
        if (due) {
            draw(now);
        }
    }

    private boolean isTerminal() {
        return columns >= LEAST_COLUMNS;
    }

    private void draw(long now) {
        if (isTerminal()) {
            // One column stays free: some terminals wrap as soon as the last one is filled.
            stream.print(ERASE_LINE + ProgressText.bar(pending, columns - 1));
            barOnScreen = true;
        } else {
            stream.println(ProgressText.line(pending));
        }
        stream.flush();
        lastActivity = pending.activity();
        pending = null;
        shownAtNanos = now;
    }

    /** Writes a line that stays, above the bar if there is one. */
    public synchronized void print(String message) {
        if (barOnScreen) {
            stream.print(ERASE_LINE);
            barOnScreen = false;
        }
        stream.println(message);
        stream.flush();
    }

    /** Shows the latest state, if it was held back, and leaves the bar's line. */
    @Override
    public synchronized void close() {
        if (pending != null) {
            draw(nanoClock.getAsLong());
        }
        if (barOnScreen) {
            stream.println();
            stream.flush();
            barOnScreen = false;
        }
    }
}
