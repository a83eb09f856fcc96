package io.resnetspark.jobs.progress;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Where a command stands at one moment.
 *
 * @param activity what is being done, for example {@code epoch 3/10}
 * @param unit what is counted
 * @param done finished so far
 * @param total to do altogether, at least 1
 * @param perSecond recent speed, 0 before anything was measured
 * @param loss mean training loss of the latest round
 * @param learningRate of the latest step
 * @param elapsed since the activity began
 */
public record ProgressState(
        String activity,
        ProgressUnit unit,
        long done,
        long total,
        double perSecond,
        OptionalDouble loss,
        OptionalDouble learningRate,
        Duration elapsed) {

    public ProgressState {
        if (total < 1 || done < 0) {
            throw new IllegalArgumentException("%d of %d is no progress".formatted(done, total));
        }
    }

    /** The part that is done, 0 to 1. */
    public double fraction() {
        return Math.min(1, done / (double) total);
    }

    /** Time until the end at the recent speed; empty while that is unknown. */
    public Optional<Duration> left() {
        if (done >= total) {
            return Optional.of(Duration.ZERO);
        }
        return perSecond > 0
                ? Optional.of(Duration.ofMillis(Math.round(1000 * (total - done) / perSecond)))
                : Optional.empty();
    }
}
