/**
 * Experiments: claims of the papers as trainings side by side. An {@link Experiment} states its trainings; the runner trains
 * each with every seed, resuming what was interrupted; tables and one page say what came out.
 */
package io.resnetspark.pipeline.experiment;
