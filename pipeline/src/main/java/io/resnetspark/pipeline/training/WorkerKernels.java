package io.resnetspark.pipeline.training;

import io.resnetspark.model.program.TrainingPrecision;

/**
 * What workers said that they compute with, which the driver cannot know: it may have no GPU where they have.
 *
 * @param description name and version of the kernels; several, parted by semicolons, if workers have different ones
 * @param precision what all of them train in
 */
public record WorkerKernels(String description, TrainingPrecision precision) {}
