package io.resnetspark.pipeline.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.pipeline.evaluation.BestExamples.Found;
import io.resnetspark.pipeline.evaluation.BestExamples.Limits;
import io.resnetspark.pipeline.evaluation.BestExamples.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BestExamplesTest {

    private static final Limits LIMITS = new Limits(10, 3, Set.of(new Pair(0, 1), new Pair(2, 0)));

    private static List<Found> random(int count) {
        Random random = new Random(1);
        List<Found> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            // Few ranks: ties must be broken the same way everywhere.
            all.add(new Found("id" + i, "o", random.nextInt(3), random.nextInt(3), 0, random.nextInt(20) / 20.0, i));
        }
        return all;
    }

    private static List<Found> best(List<Found> examples) {
        BestExamples best = new BestExamples(LIMITS);
        examples.forEach(best::add);
        return best.list();
    }

    @Test
    void bestOfThePartsIsBestOfTheWhole() {
        List<Found> all = random(500);
        List<Found> ofParts = new ArrayList<>();
        for (int start = 0; start < 500; start += 70) {
            ofParts.addAll(best(all.subList(start, Math.min(500, start + 70))));
        }
        assertThat(best(ofParts)).isEqualTo(best(all));
    }

    @Test
    void keepsTheBestOfAllAndOfEachPair() {
        List<Found> all = random(500);
        List<Found> kept = best(all);
        assertThat(kept).isSortedAccordingTo(Found.BEST_FIRST).doesNotHaveDuplicates();
        List<Found> sorted = all.stream().sorted(Found.BEST_FIRST).toList();
        assertThat(kept).containsAll(sorted.subList(0, 10));
        assertThat(kept)
                .containsAll(sorted.stream()
                        .filter(one -> one.label() == 2 && one.first() == 0)
                        .limit(3)
                        .toList());
        assertThat(kept).hasSizeLessThanOrEqualTo(16);
        assertThat(best(List.of())).isEmpty();
    }
}
