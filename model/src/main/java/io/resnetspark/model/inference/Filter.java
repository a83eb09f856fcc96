package io.resnetspark.model.inference;

import io.resnetspark.model.weights.Tensor;

/**
 * A convolution's parameters on their way into a {@link io.resnetspark.model.kernel.StraightNetwork}.
 *
 * @param weight {@code [out, in, size, size]}, row-major
 * @param bias {@code [out]}
 */
@SuppressWarnings("ArrayRecordComponent") // compared with nothing
record Filter(float[] weight, float[] bias) {

    /** Copies pixel {@code (0, 0)} of the window's channels into the middle of more channels; the others are zero. */
    static Filter intoMiddle(int inputs, int outputs) {
        float[] weight = new float[outputs * inputs];
        int before = (outputs - inputs) / 2;
        for (int c = 0; c < inputs; c++) {
            weight[(before + c) * inputs + c] = 1;
        }
        return new Filter(weight, new float[outputs]);
    }

    /**
     * This convolution followed by a batch normalisation: {@code scale / sqrt(variance + epsilon)} multiplies each filter,
     * and the bias follows. All arguments are {@code [out]}.
     */
    Filter normalised(Tensor scale, Tensor shift, Tensor mean, Tensor variance, float epsilon) {
        int outputs = bias.length;
        int filterLength = weight.length / outputs;
        float[] newWeight = new float[weight.length];
        float[] newBias = new float[outputs];
        for (int o = 0; o < outputs; o++) {
            double factor = scale.data()[o] / Math.sqrt((double) variance.data()[o] + epsilon);
            for (int i = o * filterLength; i < (o + 1) * filterLength; i++) {
                newWeight[i] = (float) (weight[i] * factor);
            }
            newBias[o] = (float) (shift.data()[o] + ((double) bias[o] - mean.data()[o]) * factor);
        }
        return new Filter(newWeight, newBias);
    }
}
