/** {@code registry} and its subcommands. */
package io.resnetspark.jobs.command.registry;
