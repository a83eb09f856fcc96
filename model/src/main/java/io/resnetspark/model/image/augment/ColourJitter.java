package io.resnetspark.model.image.augment;

import java.io.Serializable;

/**
 * Random changes of colour, in random order (torchvision's {@code ColorJitter} on 8-bit images). On grey images
 * saturation and hue have no effect.
 *
 * @param brightness factor drawn from [max(0, 1 - brightness), 1 + brightness]; at least 0
 * @param contrast factor drawn from [max(0, 1 - contrast), 1 + contrast]; at least 0
 * @param saturation factor drawn from [max(0, 1 - saturation), 1 + saturation]; at least 0
 * @param hue turns of the colour circle drawn from [-hue, hue]; 0 to 0.5
 */
public record ColourJitter(double brightness, double contrast, double saturation, double hue) implements Serializable {

    public ColourJitter {
        requireStrength("brightness", brightness, Double.MAX_VALUE);
        requireStrength("contrast", contrast, Double.MAX_VALUE);
        requireStrength("saturation", saturation, Double.MAX_VALUE);
        requireStrength("hue", hue, 0.5);
    }

    private static void requireStrength(String name, double value, double largest) {
        if (!(value >= 0 && value <= largest)) {
            throw new IllegalArgumentException("%s must be in [0, %s], not %s".formatted(name, largest, value));
        }
    }

    public static ColourJitter none() {
        return new ColourJitter(0, 0, 0, 0);
    }

    public boolean changesNothing() {
        return brightness == 0 && contrast == 0 && saturation == 0 && hue == 0;
    }
}
