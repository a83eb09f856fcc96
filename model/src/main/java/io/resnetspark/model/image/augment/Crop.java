package io.resnetspark.model.image.augment;

import io.resnetspark.model.image.Preprocessing;
import java.io.Serializable;

/** Which part of an image a network sees while training. */
public sealed interface Crop extends Serializable {

    /** The same as in evaluation: {@link Preprocessing}'s resize and centre crop. */
    record Centre() implements Crop {}

    /**
     * {@link Preprocessing}'s resize, then a window of the input size anywhere on the padded image (He et al. 2015, section
     * 4.2; torchvision's {@code RandomCrop(size, padding, pad_if_needed=True)}).
     *
     * @param padding pixels added on each side, at least 0
     * @param border what they show; black if null, as in records of runs that knew no other
     */
    record PaddedRandom(int padding, Border border) implements Crop {
        public PaddedRandom {
            border = border == null ? Border.BLACK : border;
            if (padding < 0) {
                throw new IllegalArgumentException("padding must not be negative: " + padding);
            }
        }
    }

    /** What lies around an image. */
    enum Border {
        /** torchvision's default: far from all that a network normally sees, as values are normalised. */
        BLACK,
        /** The mean colour of the normalisation, rounded to samples: the paper's, which pads after it has subtracted the mean. */
        MEAN,
        /** The image mirrored at its edge, whose pixels are not repeated; torchvision's {@code padding_mode="reflect"}. */
        REFLECT
    }

    /**
     * A box of random area and aspect ratio resized to the input size; {@link Preprocessing}'s resize is not done
     * (torchvision's {@code RandomResizedCrop}). Where ten draws give no box inside the image, the largest centred box
     * within the aspect limits is taken.
     *
     * @param minArea smallest share of the image's area, above 0
     * @param maxArea largest share of the image's area, at most 1
     * @param minAspect smallest width / height, above 0
     * @param maxAspect largest width / height
     */
    record RandomResized(double minArea, double maxArea, double minAspect, double maxAspect) implements Crop {
        public RandomResized {
            if (!(minArea > 0 && minArea <= maxArea && maxArea <= 1)) {
                throw new IllegalArgumentException(
                        "Areas must satisfy 0 < minArea <= maxArea <= 1, not %s and %s".formatted(minArea, maxArea));
            }
            if (!(minAspect > 0 && minAspect <= maxAspect && Double.isFinite(maxAspect))) {
                throw new IllegalArgumentException(
                        "Aspect ratios must satisfy 0 < minAspect <= maxAspect, not %s and %s"
                                .formatted(minAspect, maxAspect));
            }
        }

        /** torchvision's defaults: 8 % to 100 % of the area, aspect ratio 3:4 to 4:3. */
        public static RandomResized standard() {
            return new RandomResized(0.08, 1, 3.0 / 4, 4.0 / 3);
        }
    }
}
