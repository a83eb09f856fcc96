/** Images of a source into a new version of a dataset: examined, deduplicated, split, stored. */
package io.resnetspark.pipeline.dataset.prepare;
