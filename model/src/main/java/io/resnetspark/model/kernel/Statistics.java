package io.resnetspark.model.kernel;

/** Which mean and variance a batch normalisation uses. */
public enum Statistics {
    /** The current batch's: training. */
    BATCH,
    /** Given ones, usually running averages: inference, and training of a frozen layer. */
    GIVEN
}
