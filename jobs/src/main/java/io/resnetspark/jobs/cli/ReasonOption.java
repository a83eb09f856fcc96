package io.resnetspark.jobs.cli;

import picocli.CommandLine.Option;

/** Why a registry is changed, for commands that change one. */
public final class ReasonOption {

    @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "", description = "Kept in the history.")
    public String text;
}
