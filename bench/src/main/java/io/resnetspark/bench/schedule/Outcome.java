package io.resnetspark.bench.schedule;

import java.util.List;

/** How a system came off. */
public sealed interface Outcome {

    /**
     * It has numbers.
     *
     * @param stepsPerRepetition at least 1
     * @param stepSeconds mean seconds of a step, for each repetition; at least one
     */
    record Measured(int stepsPerRepetition, List<Double> stepSeconds) implements Outcome {
        public Measured {
            stepSeconds = List.copyOf(stepSeconds);
            if (stepSeconds.isEmpty()) {
                throw new IllegalArgumentException("A measurement has at least one repetition");
            }
        }

        /** Median over the repetitions. */
        public double medianStepSeconds() {
            List<Double> sorted = stepSeconds.stream().sorted().toList();
            int middle = sorted.size() / 2;
            return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        }

        public double shortestStepSeconds() {
            return stepSeconds.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        }

        public double longestStepSeconds() {
            return stepSeconds.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        }
    }

    /**
     * It has none.
     *
     * @param reason in words for people
     */
    record Excluded(String reason) implements Outcome {}
}
