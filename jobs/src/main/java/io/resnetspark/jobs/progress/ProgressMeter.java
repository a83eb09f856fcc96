package io.resnetspark.jobs.progress;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/** Measures speed over the last half minute, so that a slow start or a pause does not linger in the forecast. */
public final class ProgressMeter {

    private static final long WINDOW_NANOS = Duration.ofSeconds(30).toNanos();

    private record Mark(long nanos, long done) {}

    private final LongSupplier nanoClock;
    private final long startNanos;
    private final ProgressUnit unit;
    private final long total;
    private final Deque<Mark> marks = new ArrayDeque<>();

    /**
     * @param unit what is counted
     * @param alreadyDone done before the start, for example by the run that is resumed
     * @param total to do altogether, at least 1
     * @param nanoClock for example {@link System#nanoTime()}
     */
    public ProgressMeter(ProgressUnit unit, long alreadyDone, long total, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.startNanos = nanoClock.getAsLong();
        this.unit = unit;
        this.total = total;
        marks.add(new Mark(startNanos, alreadyDone));
    }

    /** Notes that {@code done} are finished, counted from the very beginning. */
    public ProgressState advance(String activity, long done, OptionalDouble loss, OptionalDouble learningRate) {
        long now = nanoClock.getAsLong();
        marks.addLast(new Mark(now, done));
        while (marks.size() > 2 && now - secondMark().nanos() >= WINDOW_NANOS) {
            marks.removeFirst();
        }
        Mark since = marks.getFirst();
        double seconds = (now - since.nanos()) / 1e9;
        double perSecond = seconds > 0 ? Math.max(0, (done - since.done()) / seconds) : 0;
        return new ProgressState(
                activity, unit, done, total, perSecond, loss, learningRate, Duration.ofNanos(now - startNanos));
    }

    private Mark secondMark() {
        var marksFromOldest = marks.iterator();
        marksFromOldest.next();
        return marksFromOldest.next();
    }
}
