package io.resnetspark.pipeline.retrain.step;

import io.resnetspark.pipeline.dataset.ExampleSelection;
import java.util.Optional;

/**
 * A challenger.
 *
 * @param run directory of the training
 * @param start where its weights came from, in words
 * @param selection the images it was trained on
 * @param examples number of training images
 * @param seconds the training took
 * @param divergence why there is no challenger after all; empty if there is
 */
public record TrainResult(
        String run,
        String start,
        ExampleSelection selection,
        int examples,
        double seconds,
        Optional<String> divergence) {}
