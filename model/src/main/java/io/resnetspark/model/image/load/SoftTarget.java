package io.resnetspark.model.image.load;

import java.util.Arrays;

/** Rows of class probabilities to learn: a label, or two labels that share an image, smoothed over all classes. */
public final class SoftTarget {

    private SoftTarget() {}

    /**
     * Writes {@code (1 - smoothing) * (share * onehot(own) + (1 - share) * onehot(other)) + smoothing / classes}. An
     * unlabelled part contributes nothing at all.
     *
     * @param row receives {@code [classes]}
     */
    static void write(float[] row, int own, int other, double share, double smoothing) {
        Arrays.fill(row, 0);
        add(row, own, share, smoothing);
        if (share < 1) {
            add(row, other, 1 - share, smoothing);
        }
    }

    private static void add(float[] row, int label, double share, double smoothing) {
        if (label == StoredImage.UNLABELLED) {
            return;
        }
        if (smoothing > 0) {
            float spread = (float) (share * smoothing / row.length);
            for (int i = 0; i < row.length; i++) {
                row[i] += spread;
            }
        }
        row[label] += (float) (share * (1 - smoothing));
    }
}
