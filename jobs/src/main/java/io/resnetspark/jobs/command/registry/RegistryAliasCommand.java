package io.resnetspark.jobs.command.registry;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.ReasonOption;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.registry.ModelReference;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.registry.RegisteredModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code resnet registry alias}: a name of one's own for a version. */
@Command(
        name = "alias",
        description = "Lets an alias point to a version, or removes it. champion and previous are set by promote and "
                + "rollback.",
        footer = {"", "Example: resnet registry alias candidate photos@4 --registry models/"})
public final class RegistryAliasCommand extends JobCommand {

    @Parameters(index = "0", paramLabel = "ALIAS", description = "For example candidate.")
    private String alias;

    @Parameters(index = "1", paramLabel = "NAME[@VERSION]", description = "The version; with --remove the model.")
    private String reference;

    @Option(names = "--remove", description = "Remove the alias.")
    private boolean remove;

    @Mixin
    private ReasonOption reason;

    @Mixin
    private RegistryOption registry;

    @Override
    protected Conclusion run(Job job) {
        ModelRegistry models = ModelRegistry.of(job.hadoopConfiguration());
        RegisteredModel model = models.model(ModelReference.parse(reference).name());
        if (remove) {
            model.removeAlias(alias, reason.text);
            return Conclusion.done("%s has no %s".formatted(model.name(), alias));
        }
        if (!reference.contains("@")) {
            throw new ConfigurationException(
                    "Which version? Write %s@3 or %s@champion".formatted(reference, reference));
        }
        int version = models.find(reference).version();
        model.setAlias(alias, version, reason.text);
        return Conclusion.done("%s@%s is version %d".formatted(model.name(), alias, version));
    }
}
