package io.resnetspark.model.optim;

/**
 * How far training is, over all workers together.
 *
 * @param epochs examples seen divided by examples per epoch, at least 0
 * @param totalEpochs length of the training in epochs, positive
 */
public record Progress(double epochs, double totalEpochs) {

    public Progress {
        if (!(epochs >= 0) || !(totalEpochs > 0)) {
            throw new IllegalArgumentException("Impossible progress: %s of %s epochs".formatted(epochs, totalEpochs));
        }
    }

    /** From 0 at the start to 1 at the end. */
    public double fraction() {
        return Math.min(1, epochs / totalEpochs);
    }
}
