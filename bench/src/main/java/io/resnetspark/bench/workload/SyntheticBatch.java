package io.resnetspark.bench.workload;

import io.resnetspark.model.ResNetSpec;
import java.util.SplittableRandom;

/**
 * The one batch that every system gets.
 *
 * @param spec network that it is for
 * @param images {@code [N, H, W, C]}, standard normal like normalised photographs
 * @param labels class of each image
 */
@SuppressWarnings("ArrayRecordComponent") // handed to native libraries as they are
public record SyntheticBatch(ResNetSpec spec, float[] images, int[] labels) {

    private static final long SEED = 20151210;

    public static SyntheticBatch of(ResNetSpec spec, int batch) {
        SplittableRandom random = new SplittableRandom(SEED);
        float[] images = new float[batch * spec.inputSize() * spec.inputSize() * spec.channels()];
        for (int i = 0; i < images.length; i++) {
            images[i] = (float) random.nextGaussian();
        }
        int[] labels = random.ints(batch, 0, spec.classes()).toArray();
        return new SyntheticBatch(spec, images, labels);
    }

    public int size() {
        return labels.length;
    }

    /** {@code {N, H, W, C}}. */
    public long[] channelsLastShape() {
        return new long[] {size(), spec.inputSize(), spec.inputSize(), spec.channels()};
    }

    /** {@code {N, C, H, W}}. */
    public long[] channelsFirstShape() {
        return new long[] {size(), spec.channels(), spec.inputSize(), spec.inputSize()};
    }

    /** The same images as {@code [N, C, H, W]}. */
    public float[] channelsFirst() {
        int pixels = spec.inputSize() * spec.inputSize();
        int channels = spec.channels();
        float[] result = new float[images.length];
        for (int n = 0; n < size(); n++) {
            int image = n * pixels * channels;
            for (int p = 0; p < pixels; p++) {
                for (int c = 0; c < channels; c++) {
                    result[image + c * pixels + p] = images[image + p * channels + c];
                }
            }
        }
        return result;
    }

    /** {@code [N, classes]}. */
    public float[] oneHot() {
        float[] result = new float[size() * spec.classes()];
        for (int n = 0; n < size(); n++) {
            result[n * spec.classes() + labels[n]] = 1;
        }
        return result;
    }
}
