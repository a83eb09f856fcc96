/**
 * Decode, resize, crop, augment, normalise: one implementation for training, evaluation and prediction.
 *
 * <p>{@link io.resnetspark.model.input.ImageDecoder} turns files into {@link io.resnetspark.model.input.Image}s,
 * {@link io.resnetspark.model.input.Preprocessor} turns one image into one network input, and
 * {@link io.resnetspark.model.input.BatchLoader} turns stored images into batches ahead of use. All three see an image
 * as Pillow and torchvision do.
 */
package io.resnetspark.model.input;
