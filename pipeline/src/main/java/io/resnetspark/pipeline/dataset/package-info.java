/**
 * Labelled images as a versioned, deduplicated, split Delta table with a manifest, and the ways to read it: as rows, or
 * image by image straight from its files.
 */
package io.resnetspark.pipeline.dataset;
