/** Decode, resize, crop, augment, normalise: one implementation for training, evaluation and prediction. */
package io.resnetspark.model.input;
