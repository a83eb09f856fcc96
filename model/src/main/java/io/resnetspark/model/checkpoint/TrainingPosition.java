package io.resnetspark.model.checkpoint;

import java.io.Serializable;

/**
 * Where a training stands, always between two rounds.
 *
 * @param round averaging rounds done
 * @param epoch epochs completed; the current one has this number, counted from 0
 * @param stepInEpoch steps of the current epoch done, a step being one minibatch of every worker
 * @param globalStep steps done in all epochs
 * @param examples images trained, over all workers and epochs
 */
public record TrainingPosition(int round, int epoch, int stepInEpoch, long globalStep, long examples)
        implements Serializable {

    public static final TrainingPosition START = new TrainingPosition(0, 0, 0, 0, 0);
}
