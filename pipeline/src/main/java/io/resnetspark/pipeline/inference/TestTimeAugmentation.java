package io.resnetspark.pipeline.inference;

import java.util.Locale;

/** How many views of an image are classified; their probabilities are averaged. */
public enum TestTimeAugmentation {
    /** The centre crop. */
    NONE(1, false),
    /** The centre crop and its mirror image. */
    FLIP(1, true),
    /** The centre and the four corners (Krizhevsky et al. 2012). */
    FIVE_CROP(5, false),
    /** Five crops and their mirror images: the standard 10-crop testing of He et al. 2015, section 4.1. */
    TEN_CROP(5, true);

    private final int crops;
    private final boolean mirrored;

    TestTimeAugmentation(int crops, boolean mirrored) {
        this.crops = crops;
        this.mirrored = mirrored;
    }

    /** Crops per image, without their mirror images. */
    int crops() {
        return crops;
    }

    /** Whether each crop is seen mirrored as well. */
    boolean mirrored() {
        return mirrored;
    }

    /** The name in configurations, for example {@code ten-crop}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Times the network sees each image. */
    public int views() {
        return mirrored ? 2 * crops : crops;
    }
}
