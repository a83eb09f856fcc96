package io.resnetspark.jobs.command;

import io.resnetspark.jobs.cli.ArchitectureNames;
import io.resnetspark.jobs.cli.AugmentationOption;
import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.MetricsOption;
import io.resnetspark.jobs.cli.MlflowOption;
import io.resnetspark.jobs.cli.Overrides;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.jobs.cli.ScheduleOption;
import io.resnetspark.jobs.cli.TensorBoardOption;
import io.resnetspark.jobs.metrics.MetricsEndpoint;
import io.resnetspark.jobs.progress.TrainingProgress;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.evaluation.ClusterEvaluation;
import io.resnetspark.pipeline.evaluation.EvaluateConfig;
import io.resnetspark.pipeline.evaluation.EvaluationData;
import io.resnetspark.pipeline.evaluation.LiveRunPage;
import io.resnetspark.pipeline.evaluation.ModelUnderTest;
import io.resnetspark.pipeline.evaluation.Provenance;
import io.resnetspark.pipeline.evaluation.RunCurves;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelClassifierSource;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.run.BestCheckpoint;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.tensorboard.ReportEvents;
import io.resnetspark.pipeline.tensorboard.TrainingEvents;
import io.resnetspark.pipeline.tracking.MlflowServer;
import io.resnetspark.pipeline.tracking.TrainingTracking;
import io.resnetspark.pipeline.training.Resume;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.TrainingOutcome;
import io.resnetspark.pipeline.training.loop.TrainingLoop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code resnet train}: a dataset into a run. */
@Command(
        name = "train",
        description = "Trains a network by parameter averaging: every worker trains minibatches on its own share, then "
                + "weights, optimiser state and batch-norm statistics are averaged.",
        footer = {
            "",
            "Example: resnet train --data data/cifar10 --arch cifar-resnet20 --workers 2 --epochs 30 \\",
            "           --schedule one-cycle --output runs/cifar-1"
        })
final class TrainCommand extends JobCommand {

    @Option(names = "--data", paramLabel = "DATASET", description = "The prepared dataset.")
    @Overrides("train.data")
    private String data;

    @Option(
            names = "--data-version",
            paramLabel = "N",
            description = "Version of the dataset; the current one by default.")
    @Overrides("train.data-version")
    private Integer dataVersion;

    @Option(
            names = "--arch",
            paramLabel = "NAME",
            description = "The network: ${COMPLETION-CANDIDATES}.",
            completionCandidates = ArchitectureNames.class)
    @Overrides("train.arch")
    private String architecture;

    @Option(names = "--output", paramLabel = "RUN", description = "Directory of the run.")
    @Overrides("train.output")
    private String output;

    @Option(
            names = "--weights",
            paramLabel = "MODEL",
            description = "Start from these weights: a run, a file or folder by path or URI, torchvision:NAME, "
                    + "registry:NAME@champion. A head for other classes is replaced.")
    @Overrides("train.weights")
    private String weights;

    @Option(
            names = "--freeze",
            paramLabel = "STAGE",
            split = ",",
            description =
                    "Stages that keep their weights: stem, layer1, layer2, …, fc, backbone (all but fc), batchnorm.")
    @Overrides("train.freeze")
    private List<String> freeze;

    @Option(names = "--input-size", paramLabel = "PIXELS", description = "Height and width of the network's input.")
    @Overrides("train.input-size")
    private Integer inputSize;

    @Option(names = "--workers", paramLabel = "N", description = "Training tasks, each with its own network.")
    @Overrides("train.workers")
    private Integer workers;

    @Option(
            names = "--averager",
            paramLabel = "NAME",
            description = "sliced, or stock: dl4j-spark's own averaging with its losses, for comparison.")
    @Overrides("train.averager")
    private String averager;

    @Option(
            names = "--averaging-frequency",
            paramLabel = "N",
            description = "Minibatches each worker trains between averagings; 1 is synchronous SGD.")
    @Overrides("train.averaging-frequency")
    private Integer averagingFrequency;

    @Option(
            names = "--every-step-epochs",
            paramLabel = "N",
            description = "First epochs in which workers are averaged after every step (post-local SGD).")
    @Overrides("train.every-step-epochs")
    private Integer everyStepEpochs;

    @Option(
            names = "--slow-momentum",
            paramLabel = "SHARE",
            description = "Momentum over averagings (SlowMo, block momentum); 0 for plain averaging.")
    @Overrides("train.slow-momentum.momentum")
    private Double slowMomentum;

    @Option(
            names = "--ema-decay",
            paramLabel = "DECAY",
            description = "Keep a moving average of the weights, with this decay per step, as the model; 0 for none.")
    @Overrides("train.ema-decay")
    private Double emaDecay;

    @Option(names = "--transfer", paramLabel = "TYPE", description = "What workers send: float32 or float16.")
    @Overrides("train.transfer")
    private String transfer;

    @Option(
            names = "--reestimate-batch-norm",
            paramLabel = "N",
            description =
                    "In the end, compute batch-norm statistics anew from so many training images; 0 keeps the running"
                            + " ones.")
    @Overrides("train.reestimate-batch-norm-images")
    private Integer reestimateBatchNorm;

    @Option(names = "--batch-size", paramLabel = "N", description = "Images of one worker's minibatch.")
    @Overrides("train.batch-size")
    private Integer batchSize;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the training split.")
    @Overrides("train.epochs")
    private Integer epochs;

    @Option(names = "--learning-rate", paramLabel = "RATE", description = "Base rate; the schedule multiplies it.")
    @Overrides("train.learning-rate")
    private Double learningRate;

    @Option(
            names = "--head-learning-rate-factor",
            paramLabel = "FACTOR",
            description = "Factor on the rate of the head, for new heads on pretrained weights.")
    @Overrides("train.head-learning-rate-factor")
    private Double headLearningRateFactor;

    @Option(
            names = "--schedule",
            paramLabel = "SCHEDULE",
            converter = ScheduleOption.Parser.class,
            description = "constant, cosine, one-cycle or step:30:60 (epochs); warm-up:5,cosine rises first.")
    @Overrides("train.schedule")
    private ScheduleOption schedule;

    @Option(
            names = "--augmentation",
            paramLabel = "NAME",
            converter = AugmentationOption.Parser.class,
            description = "none, cifar or imagenet; finer in the configuration.")
    @Overrides("train.augmentation")
    private AugmentationOption augmentation;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            description =
                    "auto, fp32 or bf16; on NVIDIA's GPUs also tf32. auto is bf16 where the processors multiply it"
                            + " by themselves, tf32 on GPUs, else fp32.")
    @Overrides("train.precision")
    private String precision;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of weights, order and augmentation.")
    @Overrides("train.seed")
    private Long seed;

    @Option(
            names = "--resume",
            description = "Continue the run at --output from its newest whole checkpoint, or start it.")
    private boolean resume;

    @Mixin
    private RegistryOption registry;

    @Mixin
    private MlflowOption mlflow;

    @Mixin
    private TensorBoardOption tensorBoard;

    @Mixin
    private MetricsOption metrics;

    @Override
    protected Optional<String> outputDirectory() {
        return Optional.ofNullable(output);
    }

    @Override
    protected Conclusion run(Job job) throws Exception {
        TrainConfig config = job.config().bind("train", TrainConfig.class);
        job.checkStorage(config.dataset().data());
        job.checkStorage(config.run().output());
        config.model().weights().ifPresent(job::fetch);
        Optional<MlflowServer> server = MlflowOption.connect(job);
        TrainingOutcome outcome;
        try (TrainingProgress progress = TrainingProgress.onStandardError();
                MetricsEndpoint endpoint = MetricsOption.open(job)) {
            List<TrainingListener> listeners = new ArrayList<>(
                    List.of(progress, new LiveRunPage(config.run().output(), job.hadoopConfiguration())));
            server.ifPresent(mlflow -> listeners.add(new TrainingTracking(mlflow, job.hadoopConfiguration())));
            listeners.add(endpoint.metrics());
            tensorBoard.trainings(job, TrainingEvents::lastPart).ifPresent(listeners::add);
            outcome = job.step(
                    "train",
                    () -> TrainingLoop.run(job.spark(), config, resume ? Resume.CONTINUE : Resume.NEW_RUN, listeners));
        }
        if (tensorBoard.folder().isPresent()) {
            judgeFor(tensorBoard.folder().get(), job, config, outcome);
        }
        job.output("run", outcome.run());
        String best = outcome.best()
                .map(kept -> ", best after epoch %d: %.2f %% of the validation split"
                        .formatted(kept.epoch(), 100 * kept.accuracy()))
                .orElse("");
        return Conclusion.done("Trained %d epochs in %.0f s%s%nRun: %s"
                .formatted(outcome.position().epoch(), outcome.seconds(), best, outcome.run()));
    }

    /** What a training does not measure: curves and mistakes of its model on the split that it was validated on. */
    private static void judgeFor(Path tensorBoard, Job job, TrainConfig config, TrainingOutcome outcome)
            throws Exception {
        RunDirectory run = RunDirectory.at(outcome.run(), job.hadoopConfiguration());
        ImageDataset dataset = ImageDataset.open(
                job.spark(), config.dataset().data(), run.manifest().images().datasetVersion());
        if (dataset.images(config.dataset().validateOn()) == 0) {
            return;
        }
        EvaluateConfig evaluate = job.config().bind("evaluate", EvaluateConfig.class);
        LoadedModel model =
                ModelSource.load(outcome.run(), Optional.empty(), Optional.empty(), job.hadoopConfiguration());
        ModelUnderTest tested = new ModelUnderTest(
                run.manifest().id(),
                new ModelClassifierSource(model, evaluate.inference().batchSize()),
                RunCurves.NONE);
        ClusterEvaluation.Outcome judged = job.step("judge for TensorBoard", () -> new ClusterEvaluation(
                        job.spark(), evaluate)
                .run(
                        EvaluationData.of(dataset, config.dataset().validateOn()),
                        List.of(tested),
                        Optional.of(EvaluationData.of(dataset, config.dataset().validateOn())),
                        Provenance.Stated.NOTHING));
        int epoch = outcome.best()
                .map(BestCheckpoint::epoch)
                .orElse(outcome.position().epoch());
        new ReportEvents(judged.report(), judged.thumbnails())
                .write(tensorBoard.resolve(TrainingEvents.lastPart(outcome.run())), epoch);
    }
}
