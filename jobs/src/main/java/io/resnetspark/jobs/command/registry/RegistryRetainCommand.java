package io.resnetspark.jobs.command.registry;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.Overrides;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.registry.RegistryConfig;
import io.resnetspark.pipeline.registry.Retention;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code resnet registry retain}: old versions go. */
@Command(
        name = "retain",
        description = "Deletes the versions that no alias points to and no rule keeps.",
        footer = {"", "Example: resnet registry retain photos --keep-last 20 --registry models/"})
public final class RegistryRetainCommand extends JobCommand {

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The model; all of them by default.")
    private String name;

    @Option(names = "--keep-last", paramLabel = "N", description = "The newest versions kept of each model.")
    @Overrides("registry.keep-last")
    private Integer keepLast;

    @Option(names = "--keep-for", paramLabel = "TIME", description = "Versions younger than this are kept: 90 days.")
    @Overrides("registry.keep-for")
    private String keepFor;

    @Option(names = "--dry-run", description = "Only say what would be deleted.")
    private boolean dryRun;

    @Mixin
    private RegistryOption registry;

    @Override
    protected Conclusion run(Job job) {
        Retention retention =
                job.config().bind("registry", RegistryConfig.class).retention();
        if (retention.equals(Retention.KEEP_ALL)) {
            throw new ConfigurationException(
                    "Nothing says what may go; set --keep-last, --keep-for or registry.keep-last, registry.keep-for");
        }
        ModelRegistry models = ModelRegistry.of(job.hadoopConfiguration());
        List<String> lines = new ArrayList<>();
        for (String model : name == null ? models.names() : List.of(name)) {
            Instant now = Instant.now();
            SortedSet<Integer> gone = dryRun
                    ? retention.expired(models.model(model).state(), now)
                    : models.model(model).retain(retention, now);
            lines.add("%s: %s %s"
                    .formatted(model, dryRun ? "would delete" : "deleted", gone.isEmpty() ? "nothing" : gone));
        }
        return Conclusion.done(lines.isEmpty() ? "There are no models" : String.join(System.lineSeparator(), lines));
    }
}
