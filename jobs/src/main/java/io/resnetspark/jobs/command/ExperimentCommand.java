package io.resnetspark.jobs.command;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.MetricsOption;
import io.resnetspark.jobs.cli.MlflowOption;
import io.resnetspark.jobs.cli.Overrides;
import io.resnetspark.jobs.cli.TensorBoardOption;
import io.resnetspark.jobs.metrics.MetricsEndpoint;
import io.resnetspark.jobs.progress.TrainingProgress;
import io.resnetspark.pipeline.experiment.ExperimentConfig;
import io.resnetspark.pipeline.experiment.ExperimentRunner;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.tensorboard.TrainingEvents;
import io.resnetspark.pipeline.tracking.MlflowServer;
import io.resnetspark.pipeline.tracking.ParentRun;
import io.resnetspark.pipeline.tracking.TrainingTracking;
import io.resnetspark.pipeline.tracking.WorkflowTracking;
import io.resnetspark.pipeline.training.TrainingListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code resnet experiment}: a claim of the papers as trainings side by side. */
@Command(
        name = "experiment",
        description = "Trains networks side by side and shows whether a claim of the papers holds: degradation, "
                + "depth-vs-width, batch-norm, averaging. Run again after an interruption, it continues; with more seeds, it "
                + "adds them.",
        footer = {
            "",
            "Example: resnet experiment degradation --data data/cifar10 --images 10000 --epochs 20 --seeds 1,2,3 \\",
            "           --output experiments/degradation"
        })
final class ExperimentCommand extends JobCommand {

    @Parameters(
            paramLabel = "EXPERIMENT",
            converter = NameParser.class,
            description = "degradation, depth-vs-width, batch-norm or averaging.")
    private ExperimentConfig.Name experiment;

    @Option(names = "--data", paramLabel = "DATASET", description = "The prepared dataset.")
    @Overrides("experiment.data")
    private String data;

    @Option(names = "--output", paramLabel = "DIR", description = "Directory of the experiment.")
    @Overrides("experiment.output")
    private String output;

    @Option(names = "--images", paramLabel = "N", description = "Training images to use; all of them by default.")
    @Overrides("experiment.images")
    private Integer images;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Length of each training, its schedule stretched to it; as published by default.")
    @Overrides("experiment.epochs")
    private Integer epochs;

    @Option(names = "--seeds", paramLabel = "N,N", split = ",", description = "Each training is repeated with each.")
    @Overrides("experiment.seeds")
    private List<Long> seeds;

    @Option(
            names = "--networks",
            paramLabel = "NAME,NAME",
            split = ",",
            description = "Networks instead of the experiment's own.")
    @Overrides("experiment.networks")
    private List<String> networks;

    @Mixin
    private MlflowOption mlflow;

    @Mixin
    private TensorBoardOption tensorBoard;

    @Mixin
    private MetricsOption metrics;

    static final class NameParser implements ITypeConverter<ExperimentConfig.Name> {

        @Override
        public ExperimentConfig.Name convert(String text) {
            try {
                return ExperimentConfig.Name.valueOf(
                        text.toUpperCase(Locale.ROOT).replace('-', '_'));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(
                        "'%s' is none of degradation, depth-vs-width, batch-norm, averaging".formatted(text));
            }
        }
    }

    @Override
    protected Optional<String> outputDirectory() {
        return Optional.ofNullable(output);
    }

    @Override
    protected Conclusion run(Job job) throws Exception {
        ExperimentConfig config = job.config().bind("experiment", ExperimentConfig.class);
        Optional<MlflowServer> server = MlflowOption.connect(job);
        ParentRun whole = new ParentRun(
                "experiment "
                        + AtomicStore.at(config.output(), job.hadoopConfiguration())
                                .root(),
                "experiment " + experiment.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        String page;
        try (TrainingProgress progress = TrainingProgress.onStandardError();
                MetricsEndpoint endpoint = MetricsOption.open(job)) {
            List<TrainingListener> listeners = new ArrayList<>(List.of(progress));
            server.ifPresent(mlflow ->
                    listeners.add(new TrainingTracking(mlflow, job.hadoopConfiguration(), run -> Optional.of(whole))));
            listeners.add(endpoint.metrics());
            tensorBoard.trainings(job, TrainingEvents::lastPart).ifPresent(listeners::add);
            page = job.step(
                    "experiment", () -> ExperimentRunner.run(job.spark(), config, experiment, job::print, listeners));
        }
        if (server.isPresent()) {
            new WorkflowTracking(server.get(), job.hadoopConfiguration()).experimentEnded(whole, page);
        }
        job.output("page", page);
        return Conclusion.done("The page is %s".formatted(page));
    }
}
