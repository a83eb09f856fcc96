package io.resnetspark.model.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random labelled logits with what makes metrics go wrong: ties, a class without examples, a class with one. */
final class RandomExamples {

    static final int CLASSES = 7;
    static final int EMPTY_CLASS = 3;
    static final int LONELY_CLASS = 5;

    private RandomExamples() {}

    /** @param levels number of distinct logits; few make many ties */
    static List<ScoredExample> of(long seed, int count, int levels) {
        Random random = new Random(seed);
        List<ScoredExample> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int label = i == 0 ? LONELY_CLASS : List.of(0, 1, 2, 4, 6).get(random.nextInt(5));
            float[] logits = new float[CLASSES];
            for (int k = 0; k < CLASSES; k++) {
                logits[k] = random.nextInt(levels) * 4f / levels + (k == label && random.nextBoolean() ? 1 : 0);
            }
            examples.add(new ScoredExample(label, logits));
        }
        return examples;
    }

    static ClassificationMetrics metrics(List<ScoredExample> examples) {
        ClassificationMetrics metrics = new ClassificationMetrics(CLASSES, examples.size(), Calibration.STANDARD_BINS);
        examples.forEach(metrics::add);
        return metrics;
    }
}
