package io.resnetspark.model.image.augment;

import java.io.Serializable;

/**
 * Sets a random rectangle of the normalised image to 0, the mean colour (Zhong et al. 2017, arXiv:1708.04896;
 * torchvision's {@code RandomErasing(value=0)}). Where ten draws give no rectangle smaller than the image, nothing is
 * erased.
 *
 * @param probability of erasing anything, 0 to 1
 * @param minArea smallest share of the input's area, at least 0
 * @param maxArea largest share of the input's area, at most 1
 * @param minAspect smallest height / width, above 0
 * @param maxAspect largest height / width
 */
public record RandomErasing(double probability, double minArea, double maxArea, double minAspect, double maxAspect)
        implements Serializable {

    public RandomErasing {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("probability must be in [0, 1], not " + probability);
        }
        if (!(minArea >= 0 && minArea <= maxArea && maxArea <= 1)) {
            throw new IllegalArgumentException(
                    "Areas must satisfy 0 <= minArea <= maxArea <= 1, not %s and %s".formatted(minArea, maxArea));
        }
        if (!(minAspect > 0 && minAspect <= maxAspect && Double.isFinite(maxAspect))) {
            throw new IllegalArgumentException("Aspect ratios must satisfy 0 < minAspect <= maxAspect, not %s and %s"
                    .formatted(minAspect, maxAspect));
        }
    }

    public static RandomErasing none() {
        return withProbability(0);
    }

    /** torchvision's rectangle: 2 % to 33 % of the area, aspect ratio 0.3 to 3.3. */
    public static RandomErasing withProbability(double probability) {
        return new RandomErasing(probability, 0.02, 0.33, 0.3, 3.3);
    }
}
