package io.resnetspark.pipeline.inference;

import io.resnetspark.model.Classifier;
import io.resnetspark.model.ClassifierSource;
import io.resnetspark.model.image.Preprocessing;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A linear classifier over the input pixels, whose answers can be computed by hand.
 *
 * @param weights one row per class, one weight per input float
 */
public record LinearSource(String architecture, List<String> labels, Preprocessing preprocessing, float[][] weights)
        implements ClassifierSource {

    private static final long serialVersionUID = 1L;

    /** Classifiers opened and not closed in this JVM. */
    public static final AtomicInteger OPEN = new AtomicInteger();

    /** Three classes whose logits are {@code scale} times the mean red, green and blue of the picture, in 0..1. */
    public static LinearSource brightestChannel(float scale, int size) {
        float[][] weights = new float[3][size * size * 3];
        for (int i = 0; i < size * size * 3; i++) {
            weights[i % 3][i] = scale / (size * size);
        }
        return new LinearSource("brightest-channel", List.of("red", "green", "blue"), plain(size), weights);
    }

    /** RGB input of a size, scaled to 0..1 and otherwise left alone. */
    public static Preprocessing plain(int size) {
        return new Preprocessing(3, 0, size, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));
    }

    @Override
    public String description() {
        return "linear model in a test";
    }

    @Override
    public Classifier open() {
        OPEN.incrementAndGet();
        return new Classifier() {
            @Override
            public int classes() {
                return weights.length;
            }

            @Override
            public int embeddingLength() {
                return weights[0].length;
            }

            /** The embedding of an image is its input: what this one layer reads. */
            @Override
            public Outputs classify(float[] images, int count) {
                int length = weights[0].length;
                float[] logits = new float[count * weights.length];
                for (int i = 0; i < logits.length; i++) {
                    for (int j = 0; j < length; j++) {
                        logits[i] += weights[i % weights.length][j] * images[i / weights.length * length + j];
                    }
                }
                return new Outputs(logits, Arrays.copyOf(images, count * length));
            }

            @Override
            public void close() {
                OPEN.decrementAndGet();
            }
        };
    }
}
