package io.resnetspark.model.checkpoint;

import io.resnetspark.model.training.TrainingState;

/** A training that can be continued, or a model that can be used. */
public record Checkpoint(ModelCard card, TrainingState state, TrainingPosition position) {}
