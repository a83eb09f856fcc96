package io.resnetspark.jobs.command.registry;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.jobs.cli.TextTable;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.registry.RegistryEntry;
import io.resnetspark.pipeline.registry.RegistryEvent;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code resnet registry history}: who did what when. */
@Command(
        name = "history",
        description =
                "Shows what happened to a model: versions added, promoted, rolled back, deleted; by whom and why.",
        footer = {"", "Example: resnet registry history photos --registry models/"})
public final class RegistryHistoryCommand extends JobCommand {

    @Parameters(paramLabel = "NAME", description = "The model.")
    private String name;

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Mixin
    private RegistryOption registry;

    @Override
    protected Conclusion run(Job job) {
        List<RegistryEntry> history =
                ModelRegistry.of(job.hadoopConfiguration()).model(name).history();
        if (json) {
            return Conclusion.done(RegistryText.json(history));
        }
        if (history.isEmpty()) {
            return Conclusion.done("Nothing happened to %s yet".formatted(name));
        }
        TextTable table = new TextTable("AT (UTC)", "WHAT", "BY", "WHY");
        for (RegistryEntry entry : history) {
            table.row(entry.at().substring(0, 19).replace('T', ' '), words(entry.event()), entry.by(), entry.reason());
        }
        return Conclusion.done(table.toString());
    }

    private static String words(RegistryEvent event) {
        if (event instanceof RegistryEvent.Added added) {
            return "version %d added".formatted(added.version());
        }
        if (event instanceof RegistryEvent.Promoted promoted) {
            return "version %d promoted".formatted(promoted.version());
        }
        if (event instanceof RegistryEvent.RolledBack back) {
            return "back from %d to %d".formatted(back.from(), back.to());
        }
        if (event instanceof RegistryEvent.AliasSet set) {
            return "%s is %d".formatted(set.alias(), set.version());
        }
        if (event instanceof RegistryEvent.AliasRemoved removed) {
            return "%s removed".formatted(removed.alias());
        }
        return "deleted "
                + ((RegistryEvent.Deleted) event)
                        .versions().stream().map(Object::toString).collect(Collectors.joining(", "));
    }
}
