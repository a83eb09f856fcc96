/** Trainings as Prometheus sees them. */
package io.resnetspark.jobs.metrics;
