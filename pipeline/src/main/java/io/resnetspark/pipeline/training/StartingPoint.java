package io.resnetspark.pipeline.training;

import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.checkpoint.TrainingSnapshot;

/**
 * Where a training begins.
 *
 * @param card the model that comes of it
 * @param snapshot the first weights, or where an interrupted training stood
 * @param description for people: where the weights came from
 */
record StartingPoint(ModelCard card, TrainingSnapshot snapshot, String description) {}
