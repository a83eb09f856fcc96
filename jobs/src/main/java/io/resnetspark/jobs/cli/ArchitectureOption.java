package io.resnetspark.jobs.cli;

import java.util.Optional;
import picocli.CommandLine.Option;

/** The network of weights that do not say it themselves, for commands that use models. */
public final class ArchitectureOption {

    @Option(
            names = "--arch",
            paramLabel = "NAME",
            description = "The network of weights that do not say it themselves.",
            completionCandidates = ArchitectureNames.class)
    private String name;

    public Optional<String> name() {
        return Optional.ofNullable(name);
    }
}
