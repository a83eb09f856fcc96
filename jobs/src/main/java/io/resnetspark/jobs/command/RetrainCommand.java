package io.resnetspark.jobs.command;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.MetricsOption;
import io.resnetspark.jobs.cli.MlflowOption;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.jobs.cli.TensorBoardOption;
import io.resnetspark.jobs.cli.Version;
import io.resnetspark.jobs.config.ResolvedConfig;
import io.resnetspark.jobs.metrics.MetricsEndpoint;
import io.resnetspark.jobs.outcome.ExitStatus;
import io.resnetspark.jobs.progress.TrainingProgress;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.evaluation.EvaluateConfig;
import io.resnetspark.pipeline.evaluation.ReportDirectory;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.retrain.CycleSummary;
import io.resnetspark.pipeline.retrain.CycleSummary.Verdict;
import io.resnetspark.pipeline.retrain.RetrainConfig;
import io.resnetspark.pipeline.retrain.RetrainSettings;
import io.resnetspark.pipeline.retrain.RetrainStep;
import io.resnetspark.pipeline.retrain.cycle.RetrainOutcome;
import io.resnetspark.pipeline.retrain.cycle.RetrainPreview;
import io.resnetspark.pipeline.retrain.cycle.Retraining;
import io.resnetspark.pipeline.retrain.cycle.StepListener;
import io.resnetspark.pipeline.retrain.step.JudgeModels;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.tensorboard.ReportEvents;
import io.resnetspark.pipeline.tensorboard.TrainingEvents;
import io.resnetspark.pipeline.tracking.ChampionTracking;
import io.resnetspark.pipeline.tracking.MlflowServer;
import io.resnetspark.pipeline.tracking.TrainingTracking;
import io.resnetspark.pipeline.tracking.WorkflowTracking;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code resnet retrain}: what is new, a challenger, its trial, the decision. */
@Command(
        name = "retrain",
        description = "Looks for new batches of images, trains a challenger, judges it against the champion on the same"
                + " images, and promotes it if every rule of the configuration holds. Made for a scheduler: with"
                + " nothing new it does nothing, and after a kill it goes on where it stood.",
        footer = {"", "Example: resnet retrain --config conf/examples/retrain.conf --exit-code"})
final class RetrainCommand extends JobCommand {

    @Option(names = "--dry-run", description = "Say what would be done; change nothing.")
    private boolean dryRun;

    @Option(
            names = "--exit-code",
            description = "End with code 5 where new images came and no challenger was promoted; otherwise that is 0.")
    private boolean exitCode;

    @Mixin
    private RegistryOption registry;

    @Mixin
    private MlflowOption mlflow;

    @Mixin
    private TensorBoardOption tensorBoard;

    @Mixin
    private MetricsOption metrics;

    private String work;

    @Override
    protected Optional<String> outputDirectory() {
        return Optional.ofNullable(work);
    }

    @Override
    protected Conclusion run(Job job) throws Exception {
        RetrainSettings settings = settings(job.config());
        job.checkInput(settings.retrain().intake().incoming());
        job.checkStorage(settings.retrain().places().dataset());
        job.checkStorage(settings.retrain().places().work());
        if (dryRun) {
            Configuration hadoop = job.hadoopConfiguration();
            return Conclusion.done(String.join(System.lineSeparator(), RetrainPreview.of(settings.retrain(), hadoop)));
        }
        work = settings.retrain().places().work();
        Optional<MlflowServer> server = MlflowOption.connect(job);
        RetrainOutcome outcome;
        try (TrainingProgress progress = TrainingProgress.onStandardError();
                MetricsEndpoint endpoint = MetricsOption.open(job)) {
            List<TrainingListener> listeners = new ArrayList<>(List.of(progress));
            server.ifPresent(mlflow -> listeners.add(new TrainingTracking(
                    mlflow, job.hadoopConfiguration(), run -> Optional.of(WorkflowTracking.cycleOf(run)))));
            listeners.add(endpoint.metrics());
            tensorBoard.trainings(job, TrainingEvents::cycle).ifPresent(listeners::add);
            outcome = Retraining.run(
                    job.spark(),
                    settings,
                    Map.of("resnet-spark", Version.current().toString()),
                    new StepTimes(job),
                    listeners);
        }
        if (server.isPresent()) {
            log(job, server.get(), settings.retrain().places().model(), outcome);
        }
        if (outcome instanceof RetrainOutcome.Finished finished) {
            showReport(job, finished.summary());
        }
        return conclude(job, outcome);
    }

    /** The challenger's report, beside its training. */
    private void showReport(Job job, CycleSummary summary) throws IOException {
        Optional<Path> folder = tensorBoard.folder();
        String cycle = summary.outcome()
                .report()
                .substring(0, summary.outcome().report().lastIndexOf('/'));
        AtomicStore report = AtomicStore.at(cycle + "/" + JudgeModels.TEST_REPORT, job.hadoopConfiguration());
        if (folder.isPresent() && report.exists(ReportDirectory.JSON)) {
            new ReportEvents(ReportDirectory.read(report), ReportDirectory.thumbnails(report))
                    .write(folder.get().resolve(TrainingEvents.cycle(cycle + "/run")), 0);
        }
    }

    /** One file configures all: where the dataset lies is said once, in its section {@code retrain}. */
    private static RetrainSettings settings(ResolvedConfig config) {
        RetrainConfig retrain = config.bind("retrain", RetrainConfig.class);
        return new RetrainSettings(
                retrain,
                config.with("prepare.input", retrain.intake().incoming())
                        .with("prepare.output", retrain.places().dataset())
                        .bind("prepare", PrepareConfig.class),
                config.with("train.data", retrain.places().dataset())
                        .with("train.output", retrain.places().work())
                        .bind("train", TrainConfig.class),
                config.bind("evaluate", EvaluateConfig.class));
    }

    /** The champion is logged whatever happened: what a run that died did not log, the next one does. */
    private static void log(Job job, MlflowServer server, String model, RetrainOutcome outcome) {
        if (outcome instanceof RetrainOutcome.Finished finished) {
            new WorkflowTracking(server, job.hadoopConfiguration()).cycleEnded(finished.summary());
        }
        ChampionTracking.log(server, ModelRegistry.of(job.hadoopConfiguration()).model(model));
    }

    private Conclusion conclude(Job job, RetrainOutcome outcome) {
        if (outcome instanceof RetrainOutcome.Locked locked) {
            return new Conclusion(
                    ExitStatus.FAILURE, "Another run holds the lock of %s: %s".formatted(work, locked.holder()));
        }
        if (outcome instanceof RetrainOutcome.NothingNew nothing) {
            return Conclusion.done(nothing.text());
        }
        CycleSummary summary = ((RetrainOutcome.Finished) outcome).summary();
        job.output("report", summary.outcome().report());
        job.output("verdict", summary.outcome().verdict().name().toLowerCase(Locale.ROOT));
        summary.contest().newVersion().ifPresent(version -> job.output("version", Integer.toString(version)));
        boolean failed =
                summary.outcome().verdict() == Verdict.KEPT || summary.outcome().verdict() == Verdict.REFUSED;
        return new Conclusion(
                exitCode && failed ? ExitStatus.NOT_PROMOTED : ExitStatus.DONE,
                String.join(System.lineSeparator(), describe(summary)));
    }

    private static List<String> describe(CycleSummary summary) {
        List<String> lines = new ArrayList<>();
        lines.add(
                switch (summary.outcome().verdict()) {
                    case PROMOTED ->
                        "Cycle %d: promoted version %d of %s"
                                .formatted(
                                        summary.number(),
                                        summary.contest().newVersion().orElseThrow(),
                                        summary.model());
                    case KEPT -> "Cycle %d: the champion of %s stays".formatted(summary.number(), summary.model());
                    case WAITED -> "Cycle %d: waits for more images".formatted(summary.number());
                    case REFUSED -> "Cycle %d: the new images were not let in".formatted(summary.number());
                });
        summary.outcome().reasons().forEach(reason -> lines.add("  " + reason));
        summary.data()
                .batches()
                .forEach(batch -> lines.add("  batch %s: %s, %d images%s"
                        .formatted(
                                batch.name(),
                                batch.fate(),
                                batch.images(),
                                batch.reason().isEmpty() ? "" : " (" + batch.reason() + ")")));
        lines.add("Report: " + summary.outcome().report());
        return lines;
    }

    /** Keeps how long each step took, for {@code outcome.json}. */
    private static final class StepTimes implements StepListener {

        private final Job job;
        private long begun;

        StepTimes(Job job) {
            this.job = job;
        }

        @Override
        public void started(RetrainStep step) {
            begun = System.nanoTime();
        }

        @Override
        public void done(RetrainStep step) {
            job.stepTook(step.label(), (System.nanoTime() - begun) / 1e9);
        }
    }
}
