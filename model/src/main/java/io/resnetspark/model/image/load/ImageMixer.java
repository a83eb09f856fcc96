package io.resnetspark.model.image.load;

import io.resnetspark.model.image.Box;
import io.resnetspark.model.image.augment.Augmentation;
import io.resnetspark.model.image.augment.RandomGeometry;
import io.resnetspark.model.image.augment.RandomStream;
import java.nio.FloatBuffer;

/**
 * Mixup and cutmix within a batch: image {@code i} takes part of image {@code i - 1}, the first one of the last, both as
 * they were before mixing. Not thread-safe.
 */
public final class ImageMixer {

    private final Augmentation augmentation;
    private final long seed;
    private final int size;
    private final int channels;
    private final float[] own;
    private final float[] other;
    private final float[] last;
    private final float[] target;

    ImageMixer(BatchRecipe recipe) {
        augmentation = recipe.augmentation();
        seed = recipe.seed();
        size = recipe.preprocessing().inputSize();
        channels = recipe.preprocessing().channels();
        int length = augmentation.mixes() ? size * size * channels : 0;
        own = new float[length];
        other = new float[length];
        last = new float[length];
        target = new float[recipe.classes()];
    }

    /** Mixes the first {@code count} images in place and writes the rows that belong to them. */
    void mix(FloatBuffer features, FloatBuffer rows, int[] labels, float[] weights, long[] ids, int count, long epoch) {
        features.get((count - 1) * last.length, last);
        // Backwards, so that the image before is still unmixed; only the last one has to be kept for the first.
        for (int i = count - 1; i >= 0; i--) {
            int partner = partner(i, count);
            features.get(i * own.length, own);
            if (i == 0) {
                System.arraycopy(last, 0, other, 0, last.length);
            } else {
                features.get(partner * other.length, other);
            }
            Mix mix = drawn(epoch, ids[i]);
            apply(mix);
            features.put(i * own.length, own);
            writeTarget(rows, i, mix.share(size), labels, weights, partner);
        }
    }

    /** As {@link #mix}, for a device that mixes: writes the rows, and says what becomes of an image. */
    Mix mixTarget(FloatBuffer rows, int image, int[] labels, float[] weights, int partner, long id, long epoch) {
        Mix mix = drawn(epoch, id);
        writeTarget(rows, image, mix.share(size), labels, weights, partner);
        return mix;
    }

    private void writeTarget(FloatBuffer rows, int i, double share, int[] labels, float[] weights, int partner) {
        SoftTarget.write(
                target,
                labels[i],
                share * weights[i],
                labels[partner],
                (1 - share) * weights[partner],
                augmentation.labelSmoothing());
        rows.put(i * target.length, target);
    }

    /** The image that image {@code i} takes part of. */
    static int partner(int i, int count) {
        return i == 0 ? count - 1 : i - 1;
    }

    /**
     * How an image takes part of another.
     *
     * @param blend share of the image itself in every pixel; 1 unless this is mixup
     * @param pasted part that shows the other image instead; empty unless this is cutmix
     */
    record Mix(double blend, Box pasted) {

        static final Mix NONE = new Mix(1, new Box(0, 0, 0, 0));

        /** What is left of the image itself, among {@code size * size} pixels. */
        double share(int size) {
            return pasted.isEmpty() ? blend : 1 - (double) pasted.width() * pasted.height() / (size * size);
        }
    }

    private Mix drawn(long epoch, long id) {
        RandomStream random = new RandomStream(seed, epoch, id, RandomStream.Purpose.MIXING);
        boolean both = augmentation.mixupAlpha() > 0 && augmentation.cutmixAlpha() > 0;
        boolean cutmix = both ? random.withProbability(0.5) : augmentation.cutmixAlpha() > 0;
        return cutmix
                ? new Mix(1, RandomGeometry.pasted(random, size, random.beta(augmentation.cutmixAlpha())))
                : new Mix(random.beta(augmentation.mixupAlpha()), Mix.NONE.pasted());
    }

    /** Mixes {@link #other} into {@link #own}. */
    private void apply(Mix mix) {
        float mine = (float) mix.blend();
        for (int i = 0; i < own.length && mine != 1; i++) {
            own[i] = mine * own[i] + (1 - mine) * other[i];
        }
        Box box = mix.pasted();
        for (int y = box.y(); y < box.bottom(); y++) {
            int from = (y * size + box.x()) * channels;
            System.arraycopy(other, from, own, from, box.width() * channels);
        }
    }
}
