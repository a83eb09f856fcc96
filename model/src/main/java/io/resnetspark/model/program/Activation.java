package io.resnetspark.model.program;

/** What is applied to a layer's result inside the same kernel. */
public enum Activation {
    IDENTITY,
    RELU
}
