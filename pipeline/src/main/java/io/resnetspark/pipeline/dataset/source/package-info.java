/** Where images come from: every kind of source as rows of one schema, read by Spark tasks. */
package io.resnetspark.pipeline.dataset.source;
