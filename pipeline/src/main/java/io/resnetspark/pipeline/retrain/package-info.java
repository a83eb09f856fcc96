/**
 * Retraining by itself: its configuration, what is new, and what every cycle leaves in the ledger.
 * {@link io.resnetspark.pipeline.retrain.step} holds the steps of a cycle, {@link io.resnetspark.pipeline.retrain.cycle}
 * takes them.
 */
package io.resnetspark.pipeline.retrain;
