package io.resnetspark.model.gpu.device;

/** What becomes of the values that are where a result goes. */
public enum Accumulate {
    REPLACE,
    ADD
}
