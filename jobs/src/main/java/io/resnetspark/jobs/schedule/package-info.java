/**
 * The scheduler: jobs that are commands of this application, run as processes at the times of cron expressions, with a
 * history, a page, and metrics.
 */
package io.resnetspark.jobs.schedule;
