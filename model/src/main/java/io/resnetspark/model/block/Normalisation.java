package io.resnetspark.model.block;

/** What stands between a convolution and its activation. */
public enum Normalisation {
    /** Batch normalisation, as published. */
    BATCH,
    /** Nothing: convolutions have biases instead, and the activation follows directly. */
    NONE
}
