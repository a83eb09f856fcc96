package io.resnetspark.model.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of an evaluation give the whole, bit for bit, however they were cut and in whatever order they merge. */
class MergeLawsTest {

    private static final List<ScoredExample> EXAMPLES = RandomExamples.of(7, 500, 12);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 17, 500})
    void resultDoesNotDependOnPartitions(int partitions) throws Exception {
        List<ScoredExample> shuffled = new ArrayList<>(EXAMPLES);
        Collections.shuffle(shuffled, new Random(partitions));
        List<ClassificationMetrics> parts = new ArrayList<>();
        for (int p = 0; p < partitions; p++) {
            ClassificationMetrics part = emptyMetrics();
            for (int i = p; i < shuffled.size(); i += partitions) {
                part.add(shuffled.get(i));
            }
            parts.add(part);
        }
        assertThat(results(mergeAsTree(parts))).isEqualTo(results(RandomExamples.metrics(EXAMPLES)));
    }

    @Test
    void mergeIsCommutative() throws Exception {
        ClassificationMetrics ab = RandomExamples.metrics(EXAMPLES.subList(0, 100));
        ab.merge(sized(EXAMPLES.subList(100, 500)));
        ClassificationMetrics ba = sized(EXAMPLES.subList(100, 500));
        ba.merge(sized(EXAMPLES.subList(0, 100)));
        assertThat(results(ab)).isEqualTo(results(ba));
    }

    @Test
    void binnedScoresMergeToTheSameCurve() {
        BinnedScores whole = new BinnedScores(RandomExamples.CLASSES);
        BinnedScores left = new BinnedScores(RandomExamples.CLASSES);
        BinnedScores right = new BinnedScores(RandomExamples.CLASSES);
        for (int i = 0; i < EXAMPLES.size(); i++) {
            whole.add(EXAMPLES.get(i));
            (i % 3 == 0 ? left : right).add(EXAMPLES.get(i));
        }
        right.merge(left);
        for (int k = 0; k < RandomExamples.CLASSES; k++) {
            assertThat(right.curve(k).points(1000)).isEqualTo(whole.curve(k).points(1000));
        }
        assertThat(right.pooled().rocAuc()).isEqualTo(whole.pooled().rocAuc());
    }

    @Test
    void kindsOfScoresDoNotMix() {
        assertThatThrownBy(() -> new ExactScores(2).merge(new BinnedScores(2)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Scores.forSize(10_000, 10)).isInstanceOf(ExactScores.class);
        assertThat(Scores.forSize(50_000, 1_000)).isInstanceOf(BinnedScores.class);
    }

    @Test
    void exactSumIgnoresOrderWhereDoublesDoNot() {
        ExactSum forwards = new ExactSum();
        ExactSum backwards = new ExactSum();
        double[] terms = {1e16, 1, -1e16, 0.1, 1e-30, 0.2};
        for (int i = 0; i < terms.length; i++) {
            forwards.add(terms[i]);
            backwards.add(terms[terms.length - 1 - i]);
        }
        assertThat(forwards.total()).isEqualTo(backwards.total()).isEqualTo(1.3);
    }

    private static ClassificationMetrics emptyMetrics() {
        return new ClassificationMetrics(RandomExamples.CLASSES, EXAMPLES.size(), Calibration.STANDARD_BINS);
    }

    private static ClassificationMetrics sized(List<ScoredExample> examples) {
        ClassificationMetrics metrics = emptyMetrics();
        examples.forEach(metrics::add);
        return metrics;
    }

    /** Merges pairs until one is left, each part having travelled as bytes. */
    private static ClassificationMetrics mergeAsTree(List<ClassificationMetrics> parts) throws Exception {
        List<ClassificationMetrics> level = parts;
        while (level.size() > 1) {
            List<ClassificationMetrics> next = new ArrayList<>();
            for (int i = 0; i < level.size(); i += 2) {
                ClassificationMetrics left = travelled(level.get(i));
                if (i + 1 < level.size()) {
                    left.merge(travelled(level.get(i + 1)));
                }
                next.add(left);
            }
            level = next;
        }
        return level.get(0);
    }

    private static ClassificationMetrics travelled(ClassificationMetrics metrics) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(metrics);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (ClassificationMetrics) in.readObject();
        }
    }

    private static List<Object> results(ClassificationMetrics metrics) {
        List<Object> results = new ArrayList<>();
        results.add(metrics.accuracy().top1());
        results.add(metrics.accuracy().top5());
        results.add(metrics.accuracy().loss());
        results.add(metrics.calibration().expectedError());
        results.add(metrics.calibration().maximumError());
        results.add(metrics.calibration().reliability());
        results.add(metrics.confusion().perClass());
        results.add(metrics.confusion().worst(100));
        results.add(metrics.areas());
        results.add(metrics.scores().pooled().points(200));
        for (double threshold : metrics.selfConfidence()) {
            results.add(threshold);
        }
        return results;
    }
}
