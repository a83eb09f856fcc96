/** Trainings and evaluations as TensorBoard's event files. */
package io.resnetspark.pipeline.tensorboard;
