package io.resnetspark.bench.schedule;

import io.resnetspark.bench.workload.SystemUnderTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures systems against each other: each warms up, then they take turns, one repetition at a time, so that whatever
 * else the machine does meets all of them. Each round begins with another system.
 */
public final class SideBySide {

    private static final Logger LOG = LoggerFactory.getLogger(SideBySide.class);

    /** A step this long warms up all there is. */
    private static final double LONG_STEP_SECONDS = 2;
    /** A first step may take this long however late it is. */
    private static final long SHORTEST_STEP_LIMIT_SECONDS = 20;
    /** A system with shorter steps is measured however late it is. */
    private static final double ALWAYS_MEASURED_STEP_SECONDS = 6;

    private final Settings settings;
    private final TimeBudget budget;

    /**
     * How to measure.
     *
     * @param repetitions of every system that is not too slow for them, at least 1
     * @param warmUpSeconds of every system, after its first step
     * @param stepLimit a system whose first step takes longer is left out; less where little time is left
     */
    public record Settings(int repetitions, double warmUpSeconds, Duration stepLimit) {

        public Settings {
            if (repetitions < 1 || warmUpSeconds < 0) {
                throw new IllegalArgumentException(
                        "Impossible: %d repetitions, %s s of warm-up".formatted(repetitions, warmUpSeconds));
            }
        }
    }

    public SideBySide(Settings settings, TimeBudget budget) {
        this.settings = settings;
        this.budget = budget;
    }

    /** The outcome of every contestant, in their order. */
    public Map<SystemUnderTest, Outcome> run(List<? extends Contestant> contestants) {
        Map<SystemUnderTest, Outcome> outcomes = new LinkedHashMap<>();
        Map<Contestant, Double> stepSeconds = new LinkedHashMap<>();
        for (Contestant contestant : contestants) {
            outcomes.put(contestant.system(), new Outcome.Excluded("not measured"));
            try {
                stepSeconds.put(contestant, warmUp(contestant));
            } catch (ContestantFailedException e) {
                exclude(contestant, "warm-up: " + e.getMessage(), outcomes);
            }
        }
        leaveOutWhatDoesNotFit(stepSeconds, outcomes);
        double slice = budget.sliceSeconds(stepSeconds.values(), settings.repetitions());
        Map<Contestant, Pace> paces = new LinkedHashMap<>();
        stepSeconds.forEach(
                (contestant, seconds) -> paces.put(contestant, Pace.of(seconds, slice, settings.repetitions())));
        measure(paces, outcomes);
        return outcomes;
    }

    /** Seconds of a warm step. */
    private double warmUp(Contestant contestant) throws ContestantFailedException {
        double seconds = contestant.run(1, firstStepLimit());
        double spent = 0;
        while (seconds < LONG_STEP_SECONDS && spent < settings.warmUpSeconds()) {
            int steps = (int) Math.max(1, Math.min(1000, settings.warmUpSeconds() / 4 / seconds));
            double took = contestant.run(steps, settings.stepLimit());
            seconds = took / steps;
            spent += took;
        }
        return seconds;
    }

    /** Time for a first step that leaves enough for the fewest steps after it. */
    private Duration firstStepLimit() {
        long fits = (long) (budget.mostSeconds() / (1 + Pace.FEWEST_STEPS));
        Duration limit = Duration.ofSeconds(Math.max(SHORTEST_STEP_LIMIT_SECONDS, fits));
        return limit.compareTo(settings.stepLimit()) < 0 ? limit : settings.stepLimit();
    }

    /** Slow systems go, the slowest first, until the fewest steps of those that stay fit into the time that is left. */
    private void leaveOutWhatDoesNotFit(Map<Contestant, Double> stepSeconds, Map<SystemUnderTest, Outcome> outcomes) {
        double most = budget.mostSeconds();
        while (true) {
            double needed = stepSeconds.values().stream()
                    .mapToDouble(seconds -> Pace.FEWEST_STEPS * seconds)
                    .sum();
            Contestant slowest = stepSeconds.entrySet().stream()
                    .max(Map.Entry.comparingByValue())
                    .map(Map.Entry::getKey)
                    .orElse(null);
            if (slowest == null || needed <= most || stepSeconds.get(slowest) < ALWAYS_MEASURED_STEP_SECONDS) {
                return;
            }
            exclude(
                    slowest,
                    "a step takes %.0f s, and %d of them do not fit into the time that is left"
                            .formatted(stepSeconds.get(slowest), Pace.FEWEST_STEPS),
                    outcomes);
            stepSeconds.remove(slowest);
        }
    }

    private void measure(Map<Contestant, Pace> paces, Map<SystemUnderTest, Outcome> outcomes) {
        Map<Contestant, List<Double>> seconds = new LinkedHashMap<>();
        paces.keySet().forEach(contestant -> seconds.put(contestant, new ArrayList<>()));
        List<Contestant> running = new ArrayList<>(paces.keySet());
        int rounds = paces.values().stream().mapToInt(Pace::repetitions).max().orElse(0);
        for (int round = 0; round < rounds; round++) {
            for (Contestant contestant : rotated(running, round)) {
                Pace pace = paces.get(contestant);
                if (!pace.takesPart(round, rounds)) {
                    continue;
                }
                try {
                    double took =
                            contestant.run(pace.steps(), settings.stepLimit().multipliedBy(pace.steps() + 1L));
                    seconds.get(contestant).add(took / pace.steps());
                } catch (ContestantFailedException e) {
                    exclude(contestant, e.getMessage(), outcomes);
                    running.remove(contestant);
                }
            }
        }
        for (Contestant contestant : running) {
            outcomes.put(
                    contestant.system(),
                    new Outcome.Measured(paces.get(contestant).steps(), seconds.get(contestant)));
        }
    }

    private static List<Contestant> rotated(List<Contestant> contestants, int by) {
        List<Contestant> result = new ArrayList<>();
        for (int i = 0; i < contestants.size(); i++) {
            result.add(contestants.get((i + by) % contestants.size()));
        }
        return result;
    }

    private static void exclude(Contestant contestant, String reason, Map<SystemUnderTest, Outcome> outcomes) {
        LOG.warn("{} is left out: {}", contestant.system().label(), reason);
        outcomes.put(contestant.system(), new Outcome.Excluded(reason));
    }
}
