package io.resnetspark.model.gpu.cudnn;

/** What becomes of the values that are where a result goes. */
enum Accumulate {
    REPLACE,
    ADD
}
