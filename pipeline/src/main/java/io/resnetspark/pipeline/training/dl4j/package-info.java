/** Everything that knows dl4j-spark: our averaging behind its interfaces, and its own averaging for comparison. */
package io.resnetspark.pipeline.training.dl4j;
