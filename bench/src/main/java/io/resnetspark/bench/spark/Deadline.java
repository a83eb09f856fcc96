package io.resnetspark.bench.averaging;

/** When a benchmark has to be done. */
final class Deadline {

    private final long endNanos;

    Deadline(double minutes) {
        this.endNanos = System.nanoTime() + (long) (minutes * 60e9);
    }

    double secondsLeft() {
        return (endNanos - System.nanoTime()) / 1e9;
    }

    /** The time until a share of what is left is used up. */
    Deadline within(double share) {
        return new Deadline(share * secondsLeft() / 60);
    }
}
