package io.resnetspark.pipeline.training.averaging;

import io.resnetspark.model.checkpoint.TrainingPosition;
import io.resnetspark.model.checkpoint.TrainingSnapshot;
import io.resnetspark.model.training.StepResult;

/** Carries a training on, epoch by epoch: the driver's end of the workers. */
public interface Averager {

    /** Trains what is left of the current epoch. */
    void trainEpoch();

    /** What the finished epoch's minibatches saw. */
    StepResult epochResult();

    /** Loss and accuracy of the current state on the validation split, each worker taking its share. */
    StepResult validate();

    /** Likewise of the network with these parameters. */
    StepResult validate(float[] parameters);

    /** What the training can be continued from. */
    TrainingSnapshot snapshot();

    TrainingPosition position();

    /** Frees what executors keep for this training. */
    void release();
}
