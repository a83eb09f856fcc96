/** Trainings and evaluations told to an MLflow tracking server. */
package io.resnetspark.pipeline.tracking;
