package io.resnetspark.model.layer;

/** A layer whose parameters can be kept as they are during training. */
public interface Freezable {

    /** Keeps the parameters from now on: no gradients for them, and batch norm uses its running statistics. */
    void freeze();

    /** Whether it has been frozen. */
    boolean frozen();
}
