package io.resnetspark.bench.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.bench.workload.JvmSystem;
import io.resnetspark.bench.workload.SystemUnderTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SideBySideTest {

    private final List<String> history = new ArrayList<>();
    private double now;

    @Test
    void systemsTakeTurnsAndEachRoundBeginsWithAnother() {
        Map<SystemUnderTest, Outcome> outcomes = sideBySide(3, 1000)
                .run(List.of(
                        new Fake(JvmSystem.OURS, 1), new Fake(JvmSystem.DL4J, 1), new Fake(JvmSystem.DJL_PYTORCH, 1)));

        assertThat(history.subList(history.size() - 9, history.size()))
                .containsExactly(
                        "ours 4",
                        "dl4j 4",
                        "djl-pytorch 4",
                        "dl4j 4",
                        "djl-pytorch 4",
                        "ours 4",
                        "djl-pytorch 4",
                        "ours 4",
                        "dl4j 4");
        assertThat(outcomes.values())
                .allSatisfy(outcome -> assertThat(outcome).isEqualTo(new Outcome.Measured(4, List.of(1.0, 1.0, 1.0))));
    }

    @Test
    void aSlowSystemGetsThreeStepsSpreadOverTheRounds() {
        sideBySide(6, 1000).run(List.of(new Fake(JvmSystem.OURS, 1), new Fake(JvmSystem.DL4J, 20)));

        List<String> measured = history.subList(history.size() - 9, history.size());
        assertThat(measured).filteredOn("ours 4"::equals).hasSize(6);
        assertThat(measured).filteredOn("dl4j 1"::equals).hasSize(3);
        assertThat(measured.subList(7, 9)).contains("dl4j 1");
    }

    @Test
    void aSystemThatDoesNotFitIntoTheTimeIsLeftOutWithItsReason() {
        Map<SystemUnderTest, Outcome> outcomes =
                sideBySide(2, 60).run(List.of(new Fake(JvmSystem.OURS, 0.5), new Fake(JvmSystem.DL4J, 19)));

        assertThat(outcomes.get(JvmSystem.OURS)).isInstanceOf(Outcome.Measured.class);
        assertThat(outcomes.get(JvmSystem.DL4J))
                .isEqualTo(
                        new Outcome.Excluded("a step takes 19 s, and 3 of them do not fit into the time that is left"));
        assertThat(history).filteredOn(line -> line.startsWith("dl4j")).containsExactly("dl4j 1");
    }

    @Test
    void aSystemWhoseFirstStepPassesTheLimitIsLeftOutAndTheOthersGoOn() {
        Map<SystemUnderTest, Outcome> outcomes =
                sideBySide(2, 1000).run(List.of(new Fake(JvmSystem.DL4J, 61), new Fake(JvmSystem.OURS, 1)));

        assertThat(outcomes.get(JvmSystem.DL4J)).isEqualTo(new Outcome.Excluded("warm-up: no answer within 60 s"));
        assertThat(outcomes.get(JvmSystem.OURS)).isInstanceOf(Outcome.Measured.class);
    }

    @Test
    void aSystemThatFailsBetweenRepetitionsIsNotReported() {
        Fake failing = new Fake(JvmSystem.DL4J, 20);
        failing.runsUntilFailure = 2;
        Map<SystemUnderTest, Outcome> outcomes = sideBySide(3, 1000).run(List.of(new Fake(JvmSystem.OURS, 1), failing));

        assertThat(outcomes.get(JvmSystem.DL4J)).isEqualTo(new Outcome.Excluded("broken"));
        assertThat(((Outcome.Measured) outcomes.get(JvmSystem.OURS)).stepSeconds())
                .hasSize(3);
    }

    private SideBySide sideBySide(int repetitions, double budgetSeconds) {
        return new SideBySide(
                new SideBySide.Settings(repetitions, 3, Duration.ofSeconds(60)),
                new TimeBudget(budgetSeconds, 1, () -> now));
    }

    /** A system on a clock of our own. */
    private final class Fake implements Contestant {

        private final SystemUnderTest system;
        private final double stepSeconds;
        private int runsUntilFailure = Integer.MAX_VALUE;

        Fake(SystemUnderTest system, double stepSeconds) {
            this.system = system;
            this.stepSeconds = stepSeconds;
        }

        @Override
        public SystemUnderTest system() {
            return system;
        }

        @Override
        public double run(int steps, Duration limit) throws ContestantFailedException {
            history.add(system.label() + " " + steps);
            double seconds = steps * stepSeconds;
            if (seconds > limit.toSeconds()) {
                now += limit.toSeconds();
                throw new ContestantFailedException("no answer within %d s".formatted(limit.toSeconds()));
            }
            if (runsUntilFailure-- == 0) {
                throw new ContestantFailedException("broken");
            }
            now += seconds;
            return seconds;
        }
    }
}
