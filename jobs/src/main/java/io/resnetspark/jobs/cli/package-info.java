/** What commands share: {@link io.resnetspark.jobs.cli.JobCommand} runs one, options of several, text for terminals. */
package io.resnetspark.jobs.cli;
