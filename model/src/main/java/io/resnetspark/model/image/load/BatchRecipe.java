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
 * @param flipsOnlyFrom epoch, counted from 0, from which on flips are all that is random
 * @param seed of everything random
 * @param classes columns of the label rows, at least 1
 * @param limits of encoded images
 */
public record BatchRecipe(
        Preprocessing preprocessing,
        Augmentation augmentation,
        long flipsOnlyFrom,
        long seed,
        int classes,
        DecodeLimits limits)
        implements Serializable {

    public BatchRecipe {
        if (classes < 1) {
            throw new IllegalArgumentException("classes must be at least 1, not " + classes);
        }
    }

    /** Nothing random, standard limits. */
    public static BatchRecipe evaluation(Preprocessing preprocessing, int classes) {
        return new BatchRecipe(preprocessing, Augmentation.none(), Long.MAX_VALUE, 0, classes, DecodeLimits.standard());
    }

    /** Augmented, standard limits. */
    public static BatchRecipe training(Preprocessing preprocessing, Augmentation augmentation, long seed, int classes) {
        return new BatchRecipe(preprocessing, augmentation, Long.MAX_VALUE, seed, classes, DecodeLimits.standard());
    }

    /** With nothing random but flips from an epoch on, counted from 0. */
    public BatchRecipe withFlipsOnlyFrom(long epoch) {
        return new BatchRecipe(preprocessing, augmentation, epoch, seed, classes, limits);
    }
}
