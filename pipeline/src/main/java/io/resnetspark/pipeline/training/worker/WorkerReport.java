package io.resnetspark.pipeline.training.worker;

import io.resnetspark.model.training.StepResult;
import java.io.Serializable;

/**
 * What one worker did in a round.
 *
 * @param result examples, loss and correct predictions
 * @param installNanos getting and installing the averaged state
 * @param trainNanos training, waits for input included
 * @param inputWaitNanos waiting for input
 * @param sentBytes payload it sent to be averaged
 */
public record WorkerReport(StepResult result, long installNanos, long trainNanos, long inputWaitNanos, long sentBytes)
        implements Serializable {

    /** The same worker, having sent so much. */
    public WorkerReport sending(long bytes) {
        return new WorkerReport(result, installNanos, trainNanos, inputWaitNanos, bytes);
    }
}
