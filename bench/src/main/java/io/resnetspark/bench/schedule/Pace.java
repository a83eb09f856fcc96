package io.resnetspark.bench.schedule;

/**
 * How often a system is measured, and how many steps each time.
 *
 * @param repetitions at least 1
 * @param steps of each repetition, at least 1
 */
public record Pace(int repetitions, int steps) {

    /** A slow system is measured less often, but never for fewer steps than these. */
    public static final int FEWEST_STEPS = 3;

    public Pace {
        if (repetitions < 1 || steps < 1) {
            throw new IllegalArgumentException("At least one step: %d x %d".formatted(repetitions, steps));
        }
    }

    /**
     * The pace of a system whose step takes {@code stepSeconds}: repetitions of about {@code sliceSeconds}, and as few
     * single steps as allowed where a step is longer than that.
     */
    public static Pace of(double stepSeconds, double sliceSeconds, int repetitions) {
        int steps = (int) Math.min(10_000, sliceSeconds / stepSeconds);
        if (steps >= 1) {
            return new Pace(repetitions, Math.max(steps, (FEWEST_STEPS - 1) / repetitions + 1));
        }
        return new Pace(
                Math.min(repetitions, FEWEST_STEPS), (FEWEST_STEPS - 1) / Math.min(repetitions, FEWEST_STEPS) + 1);
    }

    public int totalSteps() {
        return repetitions * steps;
    }

    /** Whether a system of this pace runs in a round; its repetitions are spread evenly over {@code rounds}. */
    public boolean takesPart(int round, int rounds) {
        return (round + 1) * repetitions / rounds > round * repetitions / rounds;
    }
}
