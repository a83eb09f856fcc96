package io.resnetspark.model.kernel;

/** What is applied to a layer's result inside the same kernel. */
public enum Activation {
    IDENTITY,
    RELU
}
