/** How a command ends: exit status, what is said about a failure, and the {@code outcome.json} left behind. */
package io.resnetspark.jobs.outcome;
