package io.resnetspark.jobs.cli;

import picocli.CommandLine.Option;

/** The registry, for commands that name models. */
public final class RegistryOption {

    @Option(
            names = "--registry",
            paramLabel = "DIR",
            order = 90,
            description = "Where registry:NAME is looked up; else registry.path, else $RESNET_REGISTRY.")
    @Overrides("registry.path")
    String path;
}
