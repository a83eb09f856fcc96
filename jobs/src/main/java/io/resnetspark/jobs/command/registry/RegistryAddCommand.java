package io.resnetspark.jobs.command.registry;

import io.resnetspark.jobs.cli.ArchitectureOption;
import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.MlflowOption;
import io.resnetspark.jobs.cli.ReasonOption;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.registry.Lineage;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.registry.NewVersion;
import io.resnetspark.pipeline.registry.Promotion;
import io.resnetspark.pipeline.registry.RegisteredVersion;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.tracking.ChampionTracking;
import io.resnetspark.pipeline.tracking.MlflowServer;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code resnet registry add}: a run or a file into a version. */
@Command(
        name = "add",
        aliases = "register",
        description = "Adds a version: weights, labels, preprocessing, metrics, what it was made from, and its report. "
                + "The same model again is the same version.",
        footer = {
            "",
            "Example: resnet registry add photos --model runs/photos-1 --report reports/photos-1 \\",
            "           --registry models/"
        })
public final class RegistryAddCommand extends JobCommand {

    @Parameters(paramLabel = "NAME", description = "The model; new if there is none of that name.")
    private String name;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            required = true,
            description = "A run, a file or folder of weights by path or URI, torchvision:NAME.")
    private String model;

    @Option(
            names = "--checkpoint",
            paramLabel = "NAME",
            description = "Of a run, for example round-000120; its best by default.")
    private String checkpoint;

    @Mixin
    private ArchitectureOption architecture;

    @Option(
            names = "--report",
            paramLabel = "DIR",
            description = "What evaluate wrote about this model: kept with it, its numbers as metrics.")
    private String report;

    @Option(names = "--promote", description = "Also make it champion.")
    private boolean promote;

    @Mixin
    private ReasonOption reason;

    @Mixin
    private RegistryOption registry;

    @Mixin
    private MlflowOption mlflow;

    @Override
    protected Conclusion run(Job job) {
        Configuration hadoop = job.hadoopConfiguration();
        ModelRegistry models = ModelRegistry.of(hadoop);
        Optional<MlflowServer> server = MlflowOption.connect(job);
        NewVersion candidate = candidate(hadoop);
        if (report != null) {
            candidate = candidate.withReport(AtomicStore.at(report, hadoop));
        }
        RegisteredVersion version = models.model(name).add(candidate);
        job.output("version", version.toString());
        String added = "%s, added %s UTC%nFiles: %s"
                .formatted(version, RegistryText.minute(version.addedAt()), version.path());
        if (!promote) {
            return Conclusion.done(added);
        }
        Promotion promotion = models.model(name).promote(version.version(), reason.text);
        server.ifPresent(mlflow -> ChampionTracking.log(mlflow, models.model(name)));
        return Conclusion.done(added + System.lineSeparator() + RegistryPromoteCommand.words(name, promotion));
    }

    private NewVersion candidate(Configuration hadoop) {
        Optional<RunDirectory> run = ModelSource.run(model, hadoop);
        if (run.isPresent()) {
            return checkpoint == null ? NewVersion.ofRun(run.get()) : NewVersion.ofCheckpoint(run.get(), checkpoint);
        }
        if (checkpoint != null) {
            throw new ConfigurationException("--checkpoint is of a run, and %s is none".formatted(model));
        }
        LoadedModel loaded = ModelSource.load(model, architecture.name(), Optional.empty(), hadoop);
        return NewVersion.of(loaded.card(), loaded.weights(), Lineage.unknown(loaded.description()));
    }
}
