package io.resnetspark.bench.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.bench.workload.JvmSystem;
import io.resnetspark.bench.workload.SystemUnderTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The default run on a clock of our own, with speeds like those of two quiet cores, and on slower machines. */
class DefaultRunTest {

    private static final double PROCESS_START_SECONDS = 8;

    private static final List<SystemUnderTest> SYSTEMS =
            List.of(JvmSystem.OURS, JvmSystem.DL4J, JvmSystem.DL4J_ONEDNN, JvmSystem.DJL_PYTORCH);

    /** Seconds of a step of these systems; training and inference of each default network. */
    private static final double[][] STEP_SECONDS = {
        {0.25, 8.8, 1.25, 0.4},
        {0.05, 2.7, 0.16, 0.1},
        {1.0, 27, 2.7, 1.45},
        {0.3, 9, 0.9, 0.4},
        {0.75, 26, 3.7, 1.2},
        {0.15, 8, 0.5, 0.3},
        {1.5, 40, 4, 2},
        {0.4, 13, 1.2, 0.6}
    };

    private double now;

    @ParameterizedTest
    @ValueSource(doubles = {0.2, 1, 2, 3, 5})
    void endsWithinTwentyMinutes(double slowness) {
        run(slowness);

        assertThat(now).isLessThan(20 * 60);
    }

    @Test
    void measuresEverythingOnAQuietMachine() {
        assertThat(run(1)).allSatisfy(outcomes -> assertThat(outcomes.values())
                .allSatisfy(outcome -> assertThat(outcome).isInstanceOf(Outcome.Measured.class)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1.5, 2})
    void leavesOutNobodyButStockDl4jOnASlowerMachine(double slowness) {
        assertThat(run(slowness)).allSatisfy(outcomes -> assertThat(outcomes).allSatisfy((system, outcome) -> {
            if (system != JvmSystem.DL4J) {
                assertThat(outcome).isInstanceOf(Outcome.Measured.class);
            }
        }));
    }

    private List<Map<SystemUnderTest, Outcome>> run(double slowness) {
        TimeBudget budget = new TimeBudget(18 * 60, STEP_SECONDS.length, () -> now);
        SideBySide sideBySide = new SideBySide(new SideBySide.Settings(5, 4, Duration.ofSeconds(60)), budget);
        List<Map<SystemUnderTest, Outcome>> outcomes = new ArrayList<>();
        for (double[] stepSeconds : STEP_SECONDS) {
            now += slowness * PROCESS_START_SECONDS;
            List<Contestant> contestants = new ArrayList<>();
            for (int i = 0; i < SYSTEMS.size(); i++) {
                contestants.add(new Fake(SYSTEMS.get(i), slowness * stepSeconds[i]));
            }
            outcomes.add(sideBySide.run(contestants));
            budget.taskDone();
        }
        return outcomes;
    }

    private final class Fake implements Contestant {

        private final SystemUnderTest system;
        private final double stepSeconds;

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
            double seconds = steps * stepSeconds;
            now += Math.min(seconds, (double) limit.toSeconds());
            if (seconds > limit.toSeconds()) {
                throw new ContestantFailedException("too slow");
            }
            return seconds;
        }
    }
}
