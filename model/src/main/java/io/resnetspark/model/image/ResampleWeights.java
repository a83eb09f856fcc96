package io.resnetspark.model.image;

/**
 * One axis of an antialiased resize: which source samples make up each output sample, and their weights in
 * 22-bit fixed point (Pillow, libImaging/Resample.c, {@code precompute_coeffs} and {@code normalize_coeffs_8bpc}).
 */
public final class ResampleWeights {

    static final int PRECISION_BITS = 32 - 8 - 2;

    /** Output sample {@code i} starts at source sample {@code first[i]}. */
    final int[] first;

    /** Output sample {@code i} is made of this many source samples. */
    final int[] count;

    /** Weights of output sample {@code i} start at {@code i * stride}; they sum to about {@code 1 << PRECISION_BITS}. */
    final int[] weights;

    final int stride;

    /**
     * @param filter what weighs
     * @param inputSize samples of the source axis
     * @param outputSize samples the whole axis is resized to
     * @param from first output sample wanted
     * @param length output samples wanted
     */
    ResampleWeights(ResampleFilter filter, int inputSize, int outputSize, int from, int length) {
        double scale = (double) inputSize / outputSize;
        // Shrinking widens the filter to cover every source sample: that is the antialiasing.
        double width = Math.max(scale, 1);
        double support = filter.support * width;
        stride = (int) Math.ceil(support) * 2 + 1;
        first = new int[length];
        count = new int[length];
        weights = new int[length * stride];
        double[] raw = new double[stride];
        for (int i = 0; i < length; i++) {
            double centre = (from + i + 0.5) * scale;
            int begin = Math.max((int) (centre - support + 0.5), 0);
            int end = Math.min((int) (centre + support + 0.5), inputSize);
            double sum = 0;
            for (int k = 0; k < end - begin; k++) {
                raw[k] = filter.at((k + begin - centre + 0.5) * (1 / width));
                sum += raw[k];
            }
            first[i] = begin;
            count[i] = end - begin;
            for (int k = 0; k < end - begin; k++) {
                double weight = sum == 0 ? raw[k] : raw[k] / sum;
                weights[i * stride + k] = (int) (Math.copySign(0.5, weight) + weight * (1 << PRECISION_BITS));
            }
        }
    }
}
