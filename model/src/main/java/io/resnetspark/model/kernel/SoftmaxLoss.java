package io.resnetspark.model.kernel;

import io.resnetspark.model.program.BatchLoss;

/** Softmax and cross-entropy of logits on the host, in double precision inside. Vectors are row-major {@code [N, classes]}. */
public final class SoftmaxLoss {

    private SoftmaxLoss() {}

    /** Replaces logits by probabilities. */
    public static void softmax(float[] logits, int classes) {
        for (int row = 0; row < logits.length; row += classes) {
            softmax(logits, row, classes);
        }
    }

    /**
     * Replaces logits by the gradient of the summed loss.
     *
     * @param labels one-hot or soft
     */
    public static BatchLoss gradient(float[] logits, float[] labels, int classes) {
        double lossSum = 0;
        int correct = 0;
        float[] raw = new float[classes];
        for (int row = 0; row < logits.length; row += classes) {
            if (argmax(logits, row, classes) == argmax(labels, row, classes)) {
                correct++;
            }
            System.arraycopy(logits, row, raw, 0, classes);
            double logSum = softmax(logits, row, classes);
            double targetSum = 0;
            for (int c = 0; c < classes; c++) {
                targetSum += labels[row + c];
            }
            for (int c = 0; c < classes; c++) {
                float target = labels[row + c];
                if (target != 0) {
                    lossSum += target * (logSum - raw[c]);
                }
                logits[row + c] = (float) (logits[row + c] * targetSum - target);
            }
        }
        return new BatchLoss(lossSum, correct);
    }

    /** Replaces a row of logits by probabilities and returns the logarithm of the sum of exponentials. */
    private static double softmax(float[] values, int row, int classes) {
        float largest = values[row + argmax(values, row, classes)];
        double sum = 0;
        for (int c = row; c < row + classes; c++) {
            sum += Math.exp(values[c] - largest);
        }
        for (int c = row; c < row + classes; c++) {
            values[c] = (float) (Math.exp(values[c] - largest) / sum);
        }
        return largest + Math.log(sum);
    }

    private static int argmax(float[] values, int row, int classes) {
        int best = 0;
        for (int c = 1; c < classes; c++) {
            if (values[row + c] > values[row + best]) {
                best = c;
            }
        }
        return best;
    }
}
