package io.resnetspark.pipeline.training.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EpochPlanTest {

    @ParameterizedTest
    @CsvSource({"19, 2, 5", "27, 2, 5", "45, 4, 5", "1, 3, 8", "2, 3, 1", "1000, 7, 13", "40, 2, 10"})
    void everyImageIsUsedExactlyOnce(int examples, int workers, int batchSize) {
        EpochPlan plan = new EpochPlan(examples, workers, batchSize, 7, 3);
        List<Integer> used = new ArrayList<>();
        for (int step = 0; step < plan.steps(); step++) {
            for (int worker = 0; worker < workers; worker++) {
                int[] batch = plan.batch(step, worker);
                assertThat(batch.length).isLessThanOrEqualTo(batchSize);
                IntStream.of(batch).forEach(used::add);
            }
        }
        assertThat(used).hasSize(examples).doesNotHaveDuplicates();
    }

    @Test
    void onlyTheLastStepIsShortAndItIsSharedEvenly() {
        EpochPlan plan = new EpochPlan(27, 2, 5, 1, 0);
        assertThat(plan.steps()).isEqualTo(3);
        assertThat(plan.batch(1, 0)).hasSize(5);
        assertThat(plan.batch(1, 1)).hasSize(5);
        assertThat(plan.batch(2, 0)).hasSize(3);
        assertThat(plan.batch(2, 1)).hasSize(4);
    }

    /** What K workers do in a step is what one worker with K times the batch does. */
    @Test
    void stepsCoverTheSameImagesWhateverTheNumberOfWorkers() {
        EpochPlan one = new EpochPlan(50, 1, 12, 5, 2);
        EpochPlan three = new EpochPlan(50, 3, 4, 5, 2);
        assertThat(three.steps()).isEqualTo(one.steps());
        for (int step = 0; step < one.steps(); step++) {
            List<Integer> together = new ArrayList<>();
            for (int worker = 0; worker < 3; worker++) {
                IntStream.of(three.batch(step, worker)).forEach(together::add);
            }
            assertThat(together)
                    .containsExactlyElementsOf(
                            IntStream.of(one.batch(step, 0)).boxed().toList());
        }
    }

    @Test
    void orderDependsOnSeedAndEpochAlone() {
        assertThat(new EpochPlan(100, 1, 100, 5, 2).batch(0, 0))
                .isEqualTo(new EpochPlan(100, 1, 100, 5, 2).batch(0, 0))
                .isNotEqualTo(new EpochPlan(100, 1, 100, 5, 3).batch(0, 0))
                .isNotEqualTo(new EpochPlan(100, 1, 100, 6, 2).batch(0, 0));
    }
}
