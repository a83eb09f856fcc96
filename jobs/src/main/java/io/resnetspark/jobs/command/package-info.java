/**
 * The commands of the command line. Each parses its options, binds its section of the configuration, and calls one class
 * of the pipeline.
 */
package io.resnetspark.jobs.command;
