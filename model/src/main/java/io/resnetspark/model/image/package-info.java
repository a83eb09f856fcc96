/**
 * Images: how one becomes a network's input when nothing is random; one implementation for training, evaluation and
 * prediction.
 *
 * <p>{@link io.resnetspark.model.image.decode} turns files into {@link io.resnetspark.model.image.Image}s,
 * {@link io.resnetspark.model.image.augment} turns an image into a network's input, and
 * {@link io.resnetspark.model.image.load} turns stored images into batches ahead of use. All three see an image as Pillow
 * and torchvision do.
 */
@NullMarked
package io.resnetspark.model.image;

import org.jspecify.annotations.NullMarked;
