package io.resnetspark.pipeline.training;

import io.resnetspark.model.training.StepResult;
import java.io.Serializable;

/**
 * What one worker did in a round.
 *
 * @param result examples, loss and correct predictions
 * @param installNanos getting and installing the averaged state
 * @param trainNanos training, waits for input included
 * @param inputWaitNanos waiting for input
 */
record WorkerReport(StepResult result, long installNanos, long trainNanos, long inputWaitNanos)
        implements Serializable {}
