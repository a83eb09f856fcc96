package io.resnetspark.model.image.load;

import java.util.Arrays;

/**
 * Rows of class probabilities to learn: a label, or two labels that share an image, smoothed over all classes; each times
 * the weight of its example, so that a row adds up to how much the example counts.
 */
public final class SoftTarget {

    private SoftTarget() {}

    /**
     * Writes {@code (1 - smoothing) * (own * onehot(label) + other * onehot(otherLabel)) + (own + other) * smoothing /
     * classes}. An unlabelled part contributes nothing at all.
     *
     * @param row receives {@code [classes]}
     * @param own share of the image's own label, times its weight
     * @param other share of the label mixed in, times its weight; 0 for none
     */
    public static void write(float[] row, int label, double own, int otherLabel, double other, double smoothing) {
        Arrays.fill(row, 0);
        add(row, label, own, smoothing);
        if (other > 0) {
            add(row, otherLabel, other, smoothing);
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
