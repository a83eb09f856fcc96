package io.resnetspark.model.image;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What an antialiased resize weighs source samples by (Pillow, libImaging/Resample.c). */
public enum ResampleFilter {

    /** A triangle over two samples: torchvision's models were trained on it. */
    @JsonProperty("bilinear")
    BILINEAR(1, 2) {
        @Override
        double at(double x) {
            double distance = Math.abs(x);
            return distance < 1 ? 1 - distance : 0;
        }
    },

    /** Keys' cubic with a = -1/2 over four samples: most models of timm and of the Hugging Face hub. */
    @JsonProperty("bicubic")
    BICUBIC(2, 3) {
        @Override
        double at(double x) {
            double a = -0.5;
            double distance = Math.abs(x);
            if (distance < 1) {
                return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
            }
            return distance < 2 ? (((distance - 5) * distance + 8) * distance - 4) * a : 0;
        }
    };

    /** Samples on each side of the centre when nothing shrinks. */
    final double support;

    private final int pillowNumber;

    ResampleFilter(double support, int pillowNumber) {
        this.support = support;
        this.pillowNumber = pillowNumber;
    }

    /** Its number in Pillow ({@code PIL.Image.Resampling}). */
    public int pillowNumber() {
        return pillowNumber;
    }

    /** For people. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The weight at a distance, in samples, from the centre. */
    abstract double at(double x);
}
