package io.resnetspark.pipeline.model;

import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.weights.StateDict;

/**
 * A model ready to be used.
 *
 * @param card network, labels and preprocessing
 * @param weights under torchvision's keys
 * @param description where it came from, as the user named it
 */
public record LoadedModel(ModelCard card, StateDict weights, String description) {}
