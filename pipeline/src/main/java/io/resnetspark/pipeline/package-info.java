/** Spark jobs as a library: datasets, training by parameter averaging, evaluation, reports. */
package io.resnetspark.pipeline;
