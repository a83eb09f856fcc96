/** A cycle from its lease to its report, resumable after any step. */
package io.resnetspark.pipeline.retrain.cycle;
