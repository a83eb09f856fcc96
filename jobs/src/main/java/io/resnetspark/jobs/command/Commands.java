package io.resnetspark.jobs.command;

import io.resnetspark.jobs.cli.Version;
import io.resnetspark.jobs.command.registry.RegistryCommand;
import io.resnetspark.jobs.outcome.ExitStatus;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code resnet}: the list of commands. A new command is a class and its line here. */
@Command(
        name = "resnet",
        description = "Trains residual networks on Apache Spark, evaluates them and keeps track of what came out.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            QuickstartCommand.class,
            PrepareCommand.class,
            TrainCommand.class,
            EvaluateCommand.class,
            PredictCommand.class,
            ExperimentCommand.class,
            RetrainCommand.class,
            InspectCommand.class,
            ImportCommand.class,
            ExportCommand.class,
            TensorBoardCommand.class,
            QuantizeCommand.class,
            RegistryCommand.class,
            ScheduleCommand.class,
            DoctorCommand.class
        },
        versionProvider = Version.class,
        footer = {
            "",
            "Exit codes: 0 done, 1 failure, 2 usage or configuration, 3 bad data, 4 training diverged, 5 not promoted",
            "(only retrain --exit-code).",
            "resnet COMMAND --help shows the options of a command and an example.",
            "bin/resnet bench compares speeds with those of other libraries, from the sources of the project."
        })
public final class Commands implements Runnable {

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the versions of resnet-spark, Spark and Java.")
    private boolean version;

    @Spec
    private CommandSpec spec;

    private Commands() {}

    /** The command line, ready to execute. */
    public static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Commands());
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setUsageHelpAutoWidth(true);
        keepOrderOfOptions(commandLine);
        commandLine.setParameterExceptionHandler(Commands::explain);
        return commandLine;
    }

    private static void keepOrderOfOptions(CommandLine commandLine) {
        commandLine.getCommandSpec().usageMessage().sortOptions(false);
        commandLine.getSubcommands().values().forEach(Commands::keepOrderOfOptions);
    }

    /** One line that says what is wrong, not the whole help. */
    private static int explain(ParameterException wrong, String[] arguments) {
        CommandLine commandLine = wrong.getCommandLine();
        var err = commandLine.getErr();
        String name = commandLine.getCommandSpec().qualifiedName();
        err.println("%s: %s".formatted(name, wrong.getMessage()));
        UnmatchedArgumentException.printSuggestions(wrong, err);
        err.println("See %s --help".formatted(name));
        err.flush();
        return ExitStatus.CONFIGURATION.code();
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command");
    }
}
