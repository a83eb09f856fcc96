/**
 * Typed configuration: documented defaults, files, {@code --set} and options are layered as HOCON and bound to records,
 * with every problem reported at once and at its line.
 */
package io.resnetspark.jobs.config;
