/**
 * What a training is told and what it tells: its configuration, its listeners and what they hear. It is run by
 * {@link io.resnetspark.pipeline.training.loop}: every worker trains a few minibatches on its own share of a global shuffle
 * ({@link io.resnetspark.pipeline.training.worker}), then parameters, optimiser state and batch-norm statistics are averaged
 * slice by slice ({@link io.resnetspark.pipeline.training.averaging}).
 */
package io.resnetspark.pipeline.training;
