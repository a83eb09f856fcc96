package io.resnetspark.jobs.command;

import picocli.CommandLine.Option;

/** Why a registry is changed, for commands that change one. */
final class ReasonOption {

    @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "", description = "Kept in the history.")
    String text;
}
