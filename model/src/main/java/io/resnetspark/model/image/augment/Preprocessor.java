package io.resnetspark.model.image.augment;

import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.Preprocessing;

/**
 * Applies a {@link Preprocessing} to images: antialiased resize, centre crop, normalisation, as torchvision does.
 *
 * <p>Only the pixels that the crop keeps are computed; buffers are reused. Not thread-safe: one per thread.
 */
public final class Preprocessor {

    private final Preprocessing preprocessing;
    private final ImageTransform transform;

    public Preprocessor(Preprocessing preprocessing) {
        this.preprocessing = preprocessing;
        this.transform = new ImageTransform(preprocessing, Augmentation.none(), 0);
    }

    public Preprocessing preprocessing() {
        return preprocessing;
    }

    /** Floats per image: {@code inputSize * inputSize * channels}. */
    public int length() {
        return transform.length();
    }

    /**
     * Writes one network input.
     *
     * @param image of any size; grey and RGB are converted into each other where the network wants the other
     * @param out receives {@code [inputSize, inputSize, channels]} from {@code offset} on
     */
    public void apply(Image image, float[] out, int offset) {
        transform.apply(image.withChannels(preprocessing.channels()), 0, 0, out, offset);
    }

    /** One network input as a new array, {@code [inputSize, inputSize, channels]}. */
    public float[] apply(Image image) {
        float[] out = new float[length()];
        apply(image, out, 0);
        return out;
    }
}
