package io.resnetspark.pipeline.retrain.promotion;

import java.util.Optional;

/**
 * How long the models take, measured in turns on one machine.
 *
 * @param challengerMillisecondsPerImage median
 * @param championMillisecondsPerImage median; empty where there is no champion
 */
public record Speed(double challengerMillisecondsPerImage, Optional<Double> championMillisecondsPerImage) {}
