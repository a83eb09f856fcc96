package io.resnetspark.bench.spark;

/** When a benchmark has to be done. */
public final class Deadline {

    private final long endNanos;

    public Deadline(double minutes) {
        this.endNanos = System.nanoTime() + (long) (minutes * 60e9);
    }

    public double secondsLeft() {
        return (endNanos - System.nanoTime()) / 1e9;
    }

    /** The time until a share of what is left is used up. */
    public Deadline within(double share) {
        return new Deadline(share * secondsLeft() / 60);
    }
}
