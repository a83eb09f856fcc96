package io.resnetspark.pipeline.training;

import io.resnetspark.model.training.StepResult;
import java.util.Optional;

/**
 * One line of {@code metrics.jsonl}: an epoch.
 *
 * @param epoch epochs done, from 1
 * @param round rounds done
 * @param examples images trained in this epoch
 * @param loss mean training loss, in nats
 * @param accuracy training accuracy, under augmentation and while weights change
 * @param validation on the validation split, if the dataset has one
 * @param seconds of the epoch, validation included
 */
public record EpochMetrics(
        int epoch,
        int round,
        long examples,
        double loss,
        double accuracy,
        Optional<Validation> validation,
        double seconds) {

    /**
     * The network in inference mode on the validation split.
     *
     * @param examples number of images
     * @param loss mean cross-entropy, in nats
     * @param accuracy top-1
     */
    public record Validation(long examples, double loss, double accuracy) {

        public static Validation of(StepResult result) {
            return new Validation(result.examples(), result.loss(), result.accuracy());
        }
    }
}
