package io.resnetspark.pipeline.dataset.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.pipeline.dataset.PrepareConfig.SplitOrigin;
import io.resnetspark.pipeline.dataset.PrepareConfig.Splits;
import io.resnetspark.pipeline.dataset.Split;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SplitLawTest {

    private static final int IMAGES = 20_000;

    private static Splits splits(SplitOrigin origin, double train, double val, double test, double held, long seed) {
        return new Splits(origin, train, val, test, held, seed);
    }

    private static Map<Split, Integer> count(SplitLaw law, Optional<Split> source) {
        Map<Split, Integer> counts = new EnumMap<>(Split.class);
        for (int i = 0; i < IMAGES; i++) {
            counts.merge(law.assign("image" + i, source), 1, Integer::sum);
        }
        return counts;
    }

    @Test
    void fractionsAreMet() {
        Map<Split, Integer> counts =
                count(new SplitLaw(splits(SplitOrigin.HASH, 0.7, 0.1, 0.2, 0, 5)), Optional.empty());

        // Four standard deviations of a binomial.
        assertThat(counts.get(Split.TRAIN)).isCloseTo(14_000, within(260));
        assertThat(counts.get(Split.VAL)).isCloseTo(2_000, within(170));
        assertThat(counts.get(Split.TEST)).isCloseTo(4_000, within(227));
    }

    @Test
    void anotherSeedSplitsIndependently() {
        SplitLaw one = new SplitLaw(splits(SplitOrigin.HASH, 0.5, 0, 0.5, 0, 1));
        SplitLaw two = new SplitLaw(splits(SplitOrigin.HASH, 0.5, 0, 0.5, 0, 2));
        int same = 0;
        for (int i = 0; i < IMAGES; i++) {
            same += one.assign("image" + i, Optional.empty()) == two.assign("image" + i, Optional.empty()) ? 1 : 0;
        }
        assertThat(same).isCloseTo(IMAGES / 2, within(283));
    }

    @Test
    void growingTheTrainingFractionMovesNoImageOutOfTraining() {
        SplitLaw small = new SplitLaw(splits(SplitOrigin.HASH, 0.6, 0, 0.4, 0, 1));
        SplitLaw large = new SplitLaw(splits(SplitOrigin.HASH, 0.7, 0, 0.3, 0, 1));
        for (int i = 0; i < IMAGES; i++) {
            if (small.assign("image" + i, Optional.empty()) == Split.TRAIN) {
                assertThat(large.assign("image" + i, Optional.empty())).isEqualTo(Split.TRAIN);
            }
        }
    }

    @Test
    void theSourcesSplitIsTakenWhenConfiguredAndIgnoredWhenNot() {
        Splits source = splits(SplitOrigin.SOURCE, 1, 0, 0, 0, 1);
        Splits hash = splits(SplitOrigin.HASH, 1, 0, 0, 0, 1);

        assertThat(count(new SplitLaw(source), Optional.of(Split.TEST))).containsOnly(Map.entry(Split.TEST, IMAGES));
        assertThat(count(new SplitLaw(hash), Optional.of(Split.TEST))).containsOnly(Map.entry(Split.TRAIN, IMAGES));
    }

    @Test
    void validationImagesAreHeldOutOfTrainingOnly() {
        SplitLaw law = new SplitLaw(splits(SplitOrigin.SOURCE, 1, 0, 0, 0.1, 1));

        assertThat(count(law, Optional.of(Split.TRAIN)).get(Split.VAL)).isCloseTo(2_000, within(170));
        assertThat(count(law, Optional.of(Split.TEST))).containsOnly(Map.entry(Split.TEST, IMAGES));
    }

    @Test
    void everyUsualNameOfASplitIsUnderstood() {
        assertThat(Split.parse("Validation")).isEqualTo(Split.VAL);
        assertThat(Split.parse(Split.TEST.label())).isEqualTo(Split.TEST);
        assertThat(Split.find("ants")).isEmpty();
    }
}
