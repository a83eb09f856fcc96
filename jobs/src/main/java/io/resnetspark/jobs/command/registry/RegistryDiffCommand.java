package io.resnetspark.jobs.command.registry;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.jobs.cli.TextTable;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.registry.VersionDiff;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code resnet registry diff}: what two versions differ in. */
@Command(
        name = "diff",
        description = "Shows what differs between two versions: metrics, configuration, data, software, files.",
        footer = {"", "Example: resnet registry diff photos@previous photos@champion --registry models/"})
public final class RegistryDiffCommand extends JobCommand {

    private static final int VALUE_WIDTH = 22;
    private static final int PATH_WIDTH = 38;

    @Parameters(index = "0", paramLabel = "NAME@VERSION", description = "The one.")
    private String first;

    @Parameters(index = "1", paramLabel = "NAME@VERSION", description = "The other.")
    private String second;

    @Option(names = "--json", description = "As JSON, values in full.")
    private boolean json;

    @Mixin
    private RegistryOption registry;

    @Override
    protected Conclusion run(Job job) {
        ModelRegistry models = ModelRegistry.of(job.hadoopConfiguration());
        VersionDiff diff = VersionDiff.of(models.find(first), models.find(second));
        if (json) {
            return Conclusion.done(RegistryText.json(diff.differences()));
        }
        if (diff.differences().isEmpty()) {
            return Conclusion.done("%s and %s do not differ".formatted(diff.first(), diff.second()));
        }
        TextTable table = new TextTable(
                "DIFFERENCE",
                diff.first().toString().substring("registry:".length()),
                diff.second().toString().substring("registry:".length()),
                "CHANGE");
        for (VersionDiff.Difference difference : diff.differences()) {
            table.row(
                    end(difference.path()),
                    start(difference.first().orElse("-")),
                    start(difference.second().orElse("-")),
                    difference.change().map(RegistryDiffCommand::signed).orElse(""));
        }
        return Conclusion.done(table.toString());
    }

    private static String signed(double change) {
        return String.format(Locale.ROOT, "%+.4f", change);
    }

    private static String start(String value) {
        return value.length() <= VALUE_WIDTH ? value : value.substring(0, VALUE_WIDTH - 1) + "…";
    }

    private static String end(String path) {
        return path.length() <= PATH_WIDTH ? path : "…" + path.substring(path.length() - PATH_WIDTH + 1);
    }
}
