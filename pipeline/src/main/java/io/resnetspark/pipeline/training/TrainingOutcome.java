package io.resnetspark.pipeline.training;

import io.resnetspark.model.checkpoint.TrainingPosition;
import io.resnetspark.pipeline.run.BestCheckpoint;
import java.util.Optional;

/**
 * What a training left behind.
 *
 * @param run path of the run directory
 * @param position where it ended
 * @param best the checkpoint with the best validation accuracy, if the dataset has a validation split
 * @param seconds of this attempt
 */
public record TrainingOutcome(String run, TrainingPosition position, Optional<BestCheckpoint> best, double seconds) {}
