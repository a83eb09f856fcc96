package io.resnetspark.pipeline.training;

/** Hears of a training's progress on the driver. */
public interface TrainingListener {

    /** Before the first round. */
    default void started(TrainingSummary summary) {}

    default void roundDone(RoundMetrics metrics) {}

    default void epochDone(EpochMetrics metrics) {}

    /** After the last epoch, where batch-norm statistics are computed anew. */
    default void batchNormReestimated(BatchNormMetrics metrics) {}

    /** After the last epoch, or when training ends with a failure. */
    default void ended() {}
}
