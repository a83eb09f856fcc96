package io.resnetspark.pipeline.training;

import io.resnetspark.pipeline.run.ReturnToCheckpoint;
import io.resnetspark.pipeline.run.TrainingStatus;

/** Hears of a training's progress on the driver. */
public interface TrainingListener {

    /** Before the first round. */
    default void started(TrainingSummary summary) {}

    default void roundDone(RoundMetrics metrics) {}

    default void epochDone(EpochMetrics metrics) {}

    /** After the last epoch, where batch-norm statistics are computed anew. */
    default void batchNormReestimated(BatchNormMetrics metrics) {}

    /** The training goes on from an earlier checkpoint; what was heard of rounds after it no longer counts. */
    default void returned(ReturnToCheckpoint made) {}

    /**
     * After the last epoch, or when training ends otherwise.
     *
     * @param status any but {@link TrainingStatus#RUNNING}
     */
    default void ended(TrainingStatus status) {}
}
