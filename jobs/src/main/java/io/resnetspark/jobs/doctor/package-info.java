/** Finds out whether a machine can train, and says what to change where it cannot. */
package io.resnetspark.jobs.doctor;
