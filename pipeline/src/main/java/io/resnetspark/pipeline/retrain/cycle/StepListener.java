package io.resnetspark.pipeline.retrain.cycle;

import io.resnetspark.pipeline.retrain.RetrainStep;

/** Hears of a cycle's steps. */
public interface StepListener {

    StepListener NONE = new StepListener() {};

    /** A step begins. */
    default void started(RetrainStep step) {}

    /** The work of a step is done, but not yet recorded: a run that dies now does it again. */
    default void worked(RetrainStep step) {}

    /** A step is done and recorded. */
    default void done(RetrainStep step) {}
}
