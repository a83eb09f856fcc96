package io.resnetspark.jobs.command.registry;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.registry.RegisteredVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code resnet registry show}: all about one version. */
@Command(
        name = "show",
        description = "Shows a version: what goes in and comes out, metrics, and what it was made from.",
        footer = {"", "Example: resnet registry show photos@3 --registry models/"})
public final class RegistryShowCommand extends JobCommand {

    @Parameters(paramLabel = "NAME[@VERSION]", description = "NAME@3, NAME@alias, or NAME for its champion.")
    private String reference;

    @Option(names = "--json", description = "As JSON: the whole version.json.")
    private boolean json;

    @Mixin
    private RegistryOption registry;

    @Override
    protected Conclusion run(Job job) {
        RegisteredVersion version = ModelRegistry.of(job.hadoopConfiguration()).find(reference);
        return Conclusion.done(json ? RegistryText.json(RegistryText.describe(version)) : RegistryText.page(version));
    }
}
