/**
 * Training by parameter averaging on dl4j-spark's interfaces: every worker trains a few minibatches on its own share of a
 * global shuffle, then parameters, optimiser state and batch-norm statistics are averaged slice by slice.
 */
package io.resnetspark.pipeline.training;
