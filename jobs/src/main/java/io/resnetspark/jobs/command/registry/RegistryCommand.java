package io.resnetspark.jobs.command.registry;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code resnet registry}: models that are kept, as numbered versions and names that point to them. */
@Command(
        name = "registry",
        description = "Keeps models: numbered versions, and aliases such as champion that point to them.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            RegistryListCommand.class,
            RegistryShowCommand.class,
            RegistryAddCommand.class,
            RegistryPromoteCommand.class,
            RegistryRollbackCommand.class,
            RegistryAliasCommand.class,
            RegistryDiffCommand.class,
            RegistryHistoryCommand.class,
            RegistryDeleteCommand.class,
            RegistryRetainCommand.class,
            RegistryVerifyCommand.class
        },
        footer = {"", "Example: resnet registry list --registry models/", "resnet registry COMMAND --help shows more."})
public final class RegistryCommand implements Runnable {

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command of registry");
    }
}
