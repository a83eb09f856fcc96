package io.resnetspark.pipeline.training.averaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AveragingRhythmTest {

    private static List<Integer> epoch(AveragingRhythm rhythm, int epoch, int steps) {
        List<Integer> rounds = new ArrayList<>();
        for (int done = 0; done < steps; done += rounds.get(rounds.size() - 1)) {
            rounds.add(rhythm.stepsOfRound(epoch, done, steps));
        }
        return rounds;
    }

    @Test
    void everyStepAtFirstAndThenEverySoMany() {
        AveragingRhythm rhythm = new AveragingRhythm(1, 3);
        assertThat(epoch(rhythm, 0, 4)).containsExactly(1, 1, 1, 1);
        assertThat(epoch(rhythm, 1, 4)).containsExactly(3, 1);
        assertThat(epoch(rhythm, 2, 6)).containsExactly(3, 3);
    }

    @Test
    void roundsOfATrainingAreThoseOfItsEpochs() {
        for (int everyStep = 0; everyStep < 5; everyStep++) {
            AveragingRhythm rhythm = new AveragingRhythm(everyStep, 3);
            int rounds = 0;
            for (int epoch = 0; epoch < 4; epoch++) {
                rounds += epoch(rhythm, epoch, 7).size();
            }
            assertThat(rhythm.rounds(4, 7)).isEqualTo(rounds);
        }
    }
}
