package io.resnetspark.jobs.command.registry;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.MlflowOption;
import io.resnetspark.jobs.cli.ReasonOption;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.pipeline.registry.ModelReference;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.registry.Promotion;
import io.resnetspark.pipeline.registry.RegisteredModel;
import io.resnetspark.pipeline.tracking.ChampionTracking;
import io.resnetspark.pipeline.tracking.MlflowServer;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code resnet registry promote}: a version into the champion. */
@Command(
        name = "promote",
        description = "Makes a version champion, and the champion before it previous, in one step.",
        footer = {"", "Example: resnet registry promote photos@3 --registry models/"})
public final class RegistryPromoteCommand extends JobCommand {

    @Parameters(paramLabel = "NAME@VERSION", description = "NAME@3 or NAME@alias.")
    private String reference;

    @Mixin
    private ReasonOption reason;

    @Mixin
    private RegistryOption registry;

    @Mixin
    private MlflowOption mlflow;

    @Override
    protected Conclusion run(Job job) {
        ModelRegistry models = ModelRegistry.of(job.hadoopConfiguration());
        RegisteredModel model = models.model(ModelReference.parse(reference).name());
        Optional<MlflowServer> server = MlflowOption.connect(job);
        Promotion promotion = model.promote(models.find(reference).version(), reason.text);
        server.ifPresent(mlflow -> ChampionTracking.log(mlflow, model));
        return Conclusion.done(words(model.name(), promotion));
    }

    static String words(String name, Promotion promotion) {
        if (promotion instanceof Promotion.Promoted promoted) {
            return "%s@%d is champion%s"
                    .formatted(
                            name,
                            promoted.champion(),
                            promoted.previous()
                                    .map(previous -> ", %s@%d is previous".formatted(name, previous))
                                    .orElse(""));
        }
        if (promotion instanceof Promotion.AlreadyChampion already) {
            return "%s@%d is champion already".formatted(name, already.champion());
        }
        Optional<Integer> champion = ((Promotion.ChampionChanged) promotion).champion();
        return "Nothing changed: the champion of %s is %s"
                .formatted(name, champion.map(Object::toString).orElse("not set"));
    }
}
