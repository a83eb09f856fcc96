package io.resnetspark.jobs.command.registry;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.MlflowOption;
import io.resnetspark.jobs.cli.ReasonOption;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.registry.RegisteredModel;
import io.resnetspark.pipeline.tracking.ChampionTracking;
import io.resnetspark.pipeline.tracking.MlflowServer;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code resnet registry rollback}: the champion before the current one. */
@Command(
        name = "rollback",
        description = "Returns to the champion before the current one. Repeated, it goes back further.",
        footer = {"", "Example: resnet registry rollback photos --registry models/"})
public final class RegistryRollbackCommand extends JobCommand {

    @Parameters(paramLabel = "NAME", description = "The model.")
    private String name;

    @Option(names = "--from", paramLabel = "VERSION", description = "Only if this version is champion: safe to repeat.")
    private Integer from;

    @Mixin
    private ReasonOption reason;

    @Mixin
    private RegistryOption registry;

    @Mixin
    private MlflowOption mlflow;

    @Override
    protected Conclusion run(Job job) {
        RegisteredModel model = ModelRegistry.of(job.hadoopConfiguration()).model(name);
        Optional<MlflowServer> server = MlflowOption.connect(job);
        int champion = from == null ? model.rollback(reason.text) : model.rollbackFrom(from, reason.text);
        server.ifPresent(mlflow -> ChampionTracking.log(mlflow, model));
        return Conclusion.done("%s@%d is champion".formatted(name, champion));
    }
}
