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
            int partner = i == 0 ? count - 1 : i - 1;
            features.get(i * own.length, own);
            if (i == 0) {
                System.arraycopy(last, 0, other, 0, last.length);
            } else {
                features.get(partner * other.length, other);
            }
            double share = mixOne(new RandomStream(seed, epoch, ids[i], RandomStream.Purpose.MIXING));
            features.put(i * own.length, own);
            SoftTarget.write(
                    target,
                    labels[i],
                    share * weights[i],
                    labels[partner],
                    (1 - share) * weights[partner],
                    augmentation.labelSmoothing());
            rows.put(i * target.length, target);
        }
    }

    /** Mixes {@link #other} into {@link #own}; returns the share that is left of the image itself. */
    private double mixOne(RandomStream random) {
        boolean both = augmentation.mixupAlpha() > 0 && augmentation.cutmixAlpha() > 0;
        boolean cutmix = both ? random.withProbability(0.5) : augmentation.cutmixAlpha() > 0;
        if (!cutmix) {
            double share = random.beta(augmentation.mixupAlpha());
            float mine = (float) share;
            for (int i = 0; i < own.length; i++) {
                own[i] = mine * own[i] + (1 - mine) * other[i];
            }
            return share;
        }
        Box box = RandomGeometry.pasted(random, size, random.beta(augmentation.cutmixAlpha()));
        for (int y = box.y(); y < box.bottom(); y++) {
            int from = (y * size + box.x()) * channels;
            System.arraycopy(other, from, own, from, box.width() * channels);
        }
        return 1 - (double) box.width() * box.height() / (size * size);
    }
}
