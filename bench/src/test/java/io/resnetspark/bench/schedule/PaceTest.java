package io.resnetspark.bench.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {

    @ParameterizedTest
    @CsvSource({"0.001, 5", "0.9, 5", "0.9, 1", "2.1, 5", "30, 5", "30, 2", "30, 1"})
    void neverFewerThanThreeStepsAndNeverMoreRepetitionsThanAsked(double stepSeconds, int repetitions) {
        Pace pace = Pace.of(stepSeconds, 2, repetitions);

        assertThat(pace.totalSteps()).isGreaterThanOrEqualTo(Pace.FEWEST_STEPS);
        assertThat(pace.repetitions()).isLessThanOrEqualTo(repetitions);
    }

    @ParameterizedTest
    @CsvSource({"3, 5", "5, 5", "1, 4", "3, 7"})
    void takesPartAsOftenAsItHasRepetitions(int repetitions, int rounds) {
        Pace pace = new Pace(repetitions, 1);

        assertThat(IntStream.range(0, rounds).filter(round -> pace.takesPart(round, rounds)))
                .hasSize(repetitions);
    }
}
