/** Stored images into batches, read, decoded and augmented ahead of use. */
package io.resnetspark.model.image.load;
