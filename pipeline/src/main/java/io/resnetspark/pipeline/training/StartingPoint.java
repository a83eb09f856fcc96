package io.resnetspark.pipeline.training;

import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.checkpoint.TrainingPosition;
import io.resnetspark.model.training.TrainingState;

/**
 * Where a training begins.
 *
 * @param card the model that comes of it
 * @param state first weights, with fresh or continued optimiser state
 * @param position the start, or where an interrupted training stood
 * @param description for people: where the weights came from
 */
record StartingPoint(ModelCard card, TrainingState state, TrainingPosition position, String description) {}
