package io.resnetspark.model.layer;

/** A layer that normalises each channel by the statistics of the minibatch, in training and unless it is frozen. */
public interface NormalisesByBatch {

    /** Mean of each channel over the newest minibatch it was trained on. */
    float[] batchMean();

    /** Variance of each channel there: the mean squared distance from the mean. */
    float[] batchVariance();

    /** Values of each channel there. */
    long batchSamples();
}
