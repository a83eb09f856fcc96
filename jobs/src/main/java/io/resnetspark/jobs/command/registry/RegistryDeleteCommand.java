package io.resnetspark.jobs.command.registry;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.ReasonOption;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.registry.ModelReference;
import io.resnetspark.pipeline.registry.ModelRegistry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code resnet registry delete}: a version goes for good. */
@Command(
        name = "delete",
        description = "Deletes a version for good. One that an alias points to stays.",
        footer = {"", "Example: resnet registry delete photos@2 --registry models/"})
public final class RegistryDeleteCommand extends JobCommand {

    @Parameters(paramLabel = "NAME@NUMBER", description = "The version, by its number.")
    private String reference;

    @Mixin
    private ReasonOption reason;

    @Mixin
    private RegistryOption registry;

    @Override
    protected Conclusion run(Job job) {
        ModelReference version = ModelReference.parse(reference);
        if (!(version.selector() instanceof ModelReference.Selector.VersionNumber number)) {
            throw new ConfigurationException(
                    "Name the version to delete by its number, for example %s@2".formatted(version.name()));
        }
        ModelRegistry.of(job.hadoopConfiguration()).model(version.name()).delete(number.version(), reason.text);
        return Conclusion.done("%s@%d is deleted".formatted(version.name(), number.version()));
    }
}
