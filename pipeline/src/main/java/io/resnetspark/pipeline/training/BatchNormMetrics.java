package io.resnetspark.pipeline.training;

import java.util.Optional;

/**
 * One line of {@code metrics.jsonl}: batch-norm statistics computed anew for the run's model.
 *
 * @param round of the checkpoint whose model it is
 * @param epoch epochs done then
 * @param images training images the statistics are of
 * @param before the model with its running statistics, on the validation split, if the dataset has one
 * @param after with the new ones
 * @param seconds taken, validation included
 */
public record BatchNormMetrics(
        int round,
        int epoch,
        int images,
        Optional<EpochMetrics.Validation> before,
        Optional<EpochMetrics.Validation> after,
        double seconds) {}
