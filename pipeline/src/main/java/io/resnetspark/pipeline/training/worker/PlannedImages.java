package io.resnetspark.pipeline.training.worker;

import io.resnetspark.model.image.load.BatchRecipe;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import java.io.Serializable;
import java.util.Optional;

/**
 * The images of a training, and what networks see of them.
 *
 * @param training how training images are made
 * @param trainingIndex where they are
 * @param evaluation how validation images are made
 * @param validationIndexOrNull where they are; null without a validation split, since Optional cannot be sent
 * @param featuresOrNull what the head is trained on when it is trained alone; null otherwise
 * @param hadoop how to reach their file system
 */
public record PlannedImages(
        BatchRecipe training,
        ExampleIndex trainingIndex,
        BatchRecipe evaluation,
        ExampleIndex validationIndexOrNull,
        CachedFeatures featuresOrNull,
        HadoopSettings hadoop)
        implements Serializable {

    public Optional<ExampleIndex> validationIndex() {
        return Optional.ofNullable(validationIndexOrNull);
    }

    public Optional<CachedFeatures> features() {
        return Optional.ofNullable(featuresOrNull);
    }

    PlannedImages withFeatures(CachedFeatures features) {
        return new PlannedImages(training, trainingIndex, evaluation, validationIndexOrNull, features, hadoop);
    }
}
