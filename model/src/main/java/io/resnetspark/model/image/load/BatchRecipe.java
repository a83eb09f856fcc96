package io.resnetspark.model.image.load;

import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.augment.Augmentation;
import io.resnetspark.model.image.decode.DecodeLimits;
import java.io.Serializable;

/**
 * How stored images become batches.
 *
 * @param preprocessing size, channels and statistics of the network's input
 * @param augmentation what is random; {@link Augmentation#none()} for evaluation
 * @param seed of everything random
 * @param classes columns of the label rows, at least 1
 * @param limits of encoded images
 */
public record BatchRecipe(
        Preprocessing preprocessing, Augmentation augmentation, long seed, int classes, DecodeLimits limits)
        implements Serializable {

    public BatchRecipe {
        if (classes < 1) {
            throw new IllegalArgumentException("classes must be at least 1, not " + classes);
        }
    }

    /** Nothing random, standard limits. */
    public static BatchRecipe evaluation(Preprocessing preprocessing, int classes) {
        return new BatchRecipe(preprocessing, Augmentation.none(), 0, classes, DecodeLimits.standard());
    }

    /** Augmented, standard limits. */
    public static BatchRecipe training(Preprocessing preprocessing, Augmentation augmentation, long seed, int classes) {
        return new BatchRecipe(preprocessing, augmentation, seed, classes, DecodeLimits.standard());
    }

    /** Whether samples say all of what a network gets: mixed and erased images have values that no sample has. */
    public boolean keepsSamples() {
        return !augmentation.mixes() && augmentation.randomErasing().probability() == 0;
    }
}
