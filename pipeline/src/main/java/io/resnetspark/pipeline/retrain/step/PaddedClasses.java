package io.resnetspark.pipeline.retrain.step;

import io.resnetspark.model.Classifier;
import io.resnetspark.model.ClassifierSource;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.program.InferencePrecision;
import java.util.Arrays;
import java.util.List;

/**
 * A model that was trained when the dataset had fewer classes, as one that never predicts the others. Labels keep their
 * classes from version to version, so its classes are the first of all.
 */
public record PaddedClasses(ClassifierSource model, List<String> labels) implements ClassifierSource {

    /** Lower than any logit of a network, and finite: a probability of nothing. */
    private static final float NEVER = -1e6f;

    public PaddedClasses {
        labels = List.copyOf(labels);
        int known = model.labels().size();
        if (known > labels.size() || !labels.subList(0, known).equals(model.labels())) {
            throw new IllegalArgumentException("%s are not the first of %s".formatted(model.labels(), labels));
        }
    }

    @Override
    public Classifier open() {
        Classifier network = model.open();
        int known = network.classes();
        int all = labels.size();
        return new Classifier() {
            @Override
            public int classes() {
                return all;
            }

            @Override
            public int embeddingLength() {
                return network.embeddingLength();
            }

            @Override
            public Outputs classify(float[] images, int count) {
                Outputs outputs = network.classify(images, count);
                float[] narrow = outputs.logits();
                float[] wide = new float[count * all];
                Arrays.fill(wide, NEVER);
                for (int image = 0; image < count; image++) {
                    System.arraycopy(narrow, image * known, wide, image * all, known);
                }
                return new Outputs(wide, outputs.embeddings());
            }

            @Override
            public void close() {
                network.close();
            }
        };
    }

    @Override
    public Preprocessing preprocessing() {
        return model.preprocessing();
    }

    @Override
    public InferencePrecision precision() {
        return model.precision();
    }

    @Override
    public String architecture() {
        return model.architecture();
    }

    @Override
    public String description() {
        return model.description();
    }
}
