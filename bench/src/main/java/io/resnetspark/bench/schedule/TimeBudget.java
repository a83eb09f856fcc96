package io.resnetspark.bench.schedule;

import java.util.Collection;
import java.util.function.DoubleSupplier;

/** The time that is left for a whole benchmark, and how it is shared out. Not thread-safe. */
public final class TimeBudget {

    /** Shorter repetitions would measure the clock and the garbage collector. */
    private static final double SHORTEST_SLICE_SECONDS = 0.5;
    /** Longer ones would add little. */
    private static final double LONGEST_SLICE_SECONDS = 4;
    /** What a task's fast systems need at least, with their start and warm-up. */
    private static final double RESERVE_SECONDS_PER_TASK = 60;

    private final double endSeconds;
    private final DoubleSupplier clockSeconds;
    private int tasksLeft;

    /**
     * @param seconds for everything
     * @param tasks how many tasks share them
     * @param clockSeconds a clock that only goes forward
     */
    public TimeBudget(double seconds, int tasks, DoubleSupplier clockSeconds) {
        this.clockSeconds = clockSeconds;
        this.endSeconds = clockSeconds.getAsDouble() + seconds;
        this.tasksLeft = tasks;
    }

    /** Says that a task is done with. */
    public void taskDone() {
        tasksLeft--;
    }

    /** What the current task may take at the very most, so that the later ones still get measured. */
    public double mostSeconds() {
        return Math.max(0, endSeconds - clockSeconds.getAsDouble() - (tasksLeft - 1) * RESERVE_SECONDS_PER_TASK);
    }

    /**
     * Length of a repetition in the current task.
     *
     * @param stepSeconds of its systems
     */
    public double sliceSeconds(Collection<Double> stepSeconds, int repetitions) {
        double share = (endSeconds - clockSeconds.getAsDouble()) / Math.max(1, tasksLeft);
        double slow = stepSeconds.stream()
                .filter(seconds -> seconds > LONGEST_SLICE_SECONDS)
                .mapToDouble(seconds -> Pace.FEWEST_STEPS * seconds)
                .sum();
        long fast = stepSeconds.stream()
                .filter(seconds -> seconds <= LONGEST_SLICE_SECONDS)
                .count();
        double slice = (share - slow) / Math.max(1, fast * repetitions);
        return Math.max(SHORTEST_SLICE_SECONDS, Math.min(LONGEST_SLICE_SECONDS, slice));
    }
}
