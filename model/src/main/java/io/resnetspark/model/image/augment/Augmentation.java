package io.resnetspark.model.image.augment;

import java.io.Serializable;

/**
 * Everything random that happens to an image while training, in the order it happens: crop, flip, colour, (normalise,)
 * erasing, mixing. What is drawn depends on (seed, epoch, image) alone.
 *
 * <p>Mixing is per image with the image before it in the batch (the first one with the last), both as they are before
 * mixing, by a weight drawn for the image. It is the one augmentation that also depends on the order of the batch. Where
 * both mixup and cutmix are on, each image takes either with probability one half.
 *
 * @param crop which part is seen
 * @param flipProbability of a left-right flip, 0 to 1
 * @param flipPattern how the flips of an image follow each other
 * @param colourJitter random brightness, contrast, saturation, hue
 * @param randomErasing a rectangle set to the mean
 * @param mixupAlpha weight of the image itself ~ Beta(alpha, alpha), 0 for no mixup (Zhang et al. 2017,
 *     arXiv:1710.09412)
 * @param cutmixAlpha share of the image's own area ~ Beta(alpha, alpha), 0 for no cutmix (Yun et al. 2019,
 *     arXiv:1905.04899)
 * @param labelSmoothing share of the label spread evenly over all classes, in [0, 1) (Szegedy et al. 2015)
 */
public record Augmentation(
        Crop crop,
        double flipProbability,
        FlipPattern flipPattern,
        ColourJitter colourJitter,
        RandomErasing randomErasing,
        double mixupAlpha,
        double cutmixAlpha,
        double labelSmoothing)
        implements Serializable {

    public Augmentation {
        if (!(flipProbability >= 0 && flipProbability <= 1)) {
            throw new IllegalArgumentException("flipProbability must be in [0, 1], not " + flipProbability);
        }
        if (!(mixupAlpha >= 0 && Double.isFinite(mixupAlpha)) || !(cutmixAlpha >= 0 && Double.isFinite(cutmixAlpha))) {
            throw new IllegalArgumentException(
                    "mixupAlpha and cutmixAlpha must not be negative: %s and %s".formatted(mixupAlpha, cutmixAlpha));
        }
        if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
            throw new IllegalArgumentException("labelSmoothing must be in [0, 1), not " + labelSmoothing);
        }
    }

    /** Nothing random: what evaluation and prediction use. */
    public static Augmentation none() {
        return new Augmentation(
                new Crop.Centre(), 0, FlipPattern.RANDOM, ColourJitter.none(), RandomErasing.none(), 0, 0, 0);
    }

    /** He et al. 2015, section 4.2: 4 pixels of padding, random crop, flip. */
    public static Augmentation cifar() {
        return new Augmentation(
                new Crop.PaddedRandom(4, Crop.Border.BLACK),
                0.5,
                FlipPattern.RANDOM,
                ColourJitter.none(),
                RandomErasing.none(),
                0,
                0,
                0);
    }

    /** torchvision's reference recipe: random resized crop, flip. */
    public static Augmentation imageNet() {
        return new Augmentation(
                Crop.RandomResized.standard(),
                0.5,
                FlipPattern.RANDOM,
                ColourJitter.none(),
                RandomErasing.none(),
                0,
                0,
                0);
    }

    /** Nothing random but the flips; labels as they are smoothed. */
    public Augmentation flipsOnly() {
        return new Augmentation(
                new Crop.Centre(),
                flipProbability,
                flipPattern,
                ColourJitter.none(),
                RandomErasing.none(),
                0,
                0,
                labelSmoothing);
    }

    public boolean mixes() {
        return mixupAlpha > 0 || cutmixAlpha > 0;
    }
}
