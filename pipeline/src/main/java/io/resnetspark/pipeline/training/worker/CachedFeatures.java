package io.resnetspark.pipeline.training.worker;

import java.io.Serializable;
import java.util.Optional;

/**
 * What the frozen part of a network makes of every image, when only the head is trained.
 *
 * @param training of the training split
 * @param validationOrNull of the validation split; null without one, since Optional cannot be sent
 */
public record CachedFeatures(FeatureTable training, FeatureTable validationOrNull) implements Serializable {

    Optional<FeatureTable> validation() {
        return Optional.ofNullable(validationOrNull);
    }
}
