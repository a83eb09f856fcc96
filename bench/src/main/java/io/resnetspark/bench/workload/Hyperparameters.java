package io.resnetspark.bench.workload;

/** What every system trains with: small enough that the loss stays finite on noise, however long the benchmark runs. */
final class Hyperparameters {

    static final float LEARNING_RATE = 1e-3f;
    static final float MOMENTUM = 0.9f;
    static final float BATCH_NORM_EPSILON = 1e-5f;
    /** Share of the old value in batch norm's running averages. */
    static final float BATCH_NORM_DECAY = 0.9f;

    static final long SEED = 42;

    private Hyperparameters() {}
}
