/**
 * Judging models on the cluster: one distributed pass over a split, the numbers that come out of it, and the report
 * (JSON, CSV and a self-contained page) that people read.
 */
package io.resnetspark.pipeline.evaluation;
