/**
 * Residual networks as stages of Spark ML pipelines: an estimator and its model over DataFrames, on the same preparation,
 * training and inference as the commands.
 */
package io.resnetspark.pipeline.ml;
