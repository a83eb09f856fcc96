package io.resnetspark.jobs.command.registry;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.jobs.outcome.ExitStatus;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.registry.Verification;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code resnet registry verify}: is every file as it was written. */
@Command(
        name = "verify",
        description = "Reads every file of a registry, compares its checksum, and names each damaged one; exit code 3 "
                + "if there is one.",
        footer = {"", "Example: resnet registry verify --registry models/"})
public final class RegistryVerifyCommand extends JobCommand {

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The model; all of them by default.")
    private String name;

    @Mixin
    private RegistryOption registry;

    @Override
    protected Conclusion run(Job job) {
        ModelRegistry models = ModelRegistry.of(job.hadoopConfiguration());
        int damaged = 0;
        for (String model : name == null ? models.names() : List.of(name)) {
            Verification verification = models.model(model).verify();
            job.print("%s: %d versions, %,d files".formatted(model, verification.versions(), verification.files()));
            for (Verification.Damage damage : verification.damages()) {
                job.print("  damaged   %s%n            %s".formatted(damage.file(), damage.problem()));
            }
            for (String leftover : verification.leftovers()) {
                job.print("  leftover  %s, of a writer that died or is at work; `registry retain` removes it in time"
                        .formatted(leftover));
            }
            damaged += verification.damages().size();
        }
        return damaged == 0
                ? Conclusion.done("All files are as they were written.")
                : new Conclusion(ExitStatus.BAD_DATA, "Damaged files: %d, named above.".formatted(damaged));
    }
}
