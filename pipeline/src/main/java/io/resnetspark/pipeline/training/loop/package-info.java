/** A training from its configuration to its last checkpoint: epochs, validation, resuming, divergence. */
package io.resnetspark.pipeline.training.loop;
