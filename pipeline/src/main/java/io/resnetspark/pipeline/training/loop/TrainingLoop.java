package io.resnetspark.pipeline.training.loop;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.checkpoint.TrainingPosition;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.error.DivergedException;
import io.resnetspark.model.image.augment.Augmentation;
import io.resnetspark.model.image.load.BatchRecipe;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.dataset.ExampleSelection;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.device.DeviceRequest;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.RunManifest;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.training.AveragingConfig;
import io.resnetspark.pipeline.training.ClassWeights;
import io.resnetspark.pipeline.training.FrozenStages;
import io.resnetspark.pipeline.training.ModelConfig;
import io.resnetspark.pipeline.training.Resume;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.TrainingOutcome;
import io.resnetspark.pipeline.training.TrainingSummary;
import io.resnetspark.pipeline.training.WorkerKernels;
import io.resnetspark.pipeline.training.averaging.Averager;
import io.resnetspark.pipeline.training.averaging.AveragingRhythm;
import io.resnetspark.pipeline.training.averaging.DivergenceWatch;
import io.resnetspark.pipeline.training.averaging.MovingAverage;
import io.resnetspark.pipeline.training.averaging.ServerUpdate;
import io.resnetspark.pipeline.training.dl4j.AveragingTrainingMaster;
import io.resnetspark.pipeline.training.dl4j.SlicedAverager;
import io.resnetspark.pipeline.training.dl4j.StockAverager;
import io.resnetspark.pipeline.training.dl4j.StockSettings;
import io.resnetspark.pipeline.training.worker.BatchNormReestimation;
import io.resnetspark.pipeline.training.worker.CachedFeatures;
import io.resnetspark.pipeline.training.worker.FeatureExtraction;
import io.resnetspark.pipeline.training.worker.HadoopSettings;
import io.resnetspark.pipeline.training.worker.PlannedImages;
import io.resnetspark.pipeline.training.worker.TrainingPlan;
import io.resnetspark.pipeline.training.worker.TrainingPlanBuilder;
import io.resnetspark.pipeline.training.worker.WorkerCompute;
import io.resnetspark.pipeline.training.worker.WorkerThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A training from its configuration to its last checkpoint: new, or resumed where it stood. */
public final class TrainingLoop {

    private static final Logger LOG = LoggerFactory.getLogger(TrainingLoop.class);

    private final SparkSession spark;
    private final TrainConfig config;
    private final Optional<ExampleSelection> selection;
    private final List<TrainingListener> listeners;
    private final Configuration hadoop;
    private final RunDirectory run;

    private TrainingLoop(
            SparkSession spark,
            TrainConfig config,
            Optional<ExampleSelection> selection,
            List<TrainingListener> listeners) {
        this.spark = spark;
        this.config = config;
        this.selection = selection;
        this.listeners = listeners;
        this.hadoop = spark.sessionState().newHadoopConf();
        this.run = RunDirectory.at(config.run().output(), hadoop);
    }

    /**
     * Trains.
     *
     * @param listeners hear of progress on the driver
     * @throws ConfigurationException if the configuration does not fit the dataset or the output holds another run
     * @throws BadDataException if the dataset, weights or checkpoints cannot be used
     * @throws DivergedException if the loss explodes and the training may not go back; checkpoints before that stay
     */
    public static TrainingOutcome run(
            SparkSession spark, TrainConfig config, Resume resume, List<TrainingListener> listeners) {
        return new TrainingLoop(spark, config, Optional.empty(), listeners).run(resume);
    }

    /**
     * Trains and validates on some of a dataset's images.
     *
     * @param selection the images that take part; recorded in the run's manifest
     * @throws BadDataException also if no training image takes part
     * @see #run(SparkSession, TrainConfig, Resume, List)
     */
    public static TrainingOutcome run(
            SparkSession spark,
            TrainConfig config,
            ExampleSelection selection,
            Resume resume,
            List<TrainingListener> listeners) {
        return new TrainingLoop(spark, config, Optional.of(selection), listeners).run(resume);
    }

    private TrainingOutcome run(Resume resume) {
        if (config.averaging().averager() == AveragingConfig.Averager.STOCK) {
            StockSettings.check(
                    config, resume, DeviceRequest.of(spark.sparkContext().getConf()));
        }
        RunRecord record = new RunRecord(run, config, selection, resume);
        record.checkOutput();
        ImageDataset dataset = record.dataset(spark);
        ExampleIndex wholeSplit = index(dataset, Split.TRAIN)
                .orElseThrow(() -> new BadDataException(
                        "%s has no training images".formatted(config.dataset().data())));
        ExampleIndex trainingIndex =
                weighted(config.dataset().images().map(wholeSplit::first).orElse(wholeSplit), dataset);
        Optional<ExampleIndex> validationIndex = index(dataset, config.dataset().validateOn());
        if (config.optimization().earlyStoppingEpochs() > 0 && validationIndex.isEmpty()) {
            throw new ConfigurationException(
                    "train.early-stopping-epochs needs images of the split %s, which %s has not"
                            .formatted(
                                    config.dataset().validateOn().label(),
                                    config.dataset().data()));
        }

        StartingPoint start = startingPoint(resume, dataset);
        TrainingPlan plan = plan(start.card(), record.kernels(spark), trainingIndex, validationIndex);
        ComputationGraph network = ResNet.create(start.card().spec(), config.seed());
        ParameterLayout layout = ParameterLayout.of(network);
        FrozenStages.freeze(network, config.model().freeze());
        boolean headAlone =
                FrozenStages.trainedLayers(layout, config.model().freeze()).equals(Set.of(ResNet.LOGITS));
        RunManifest manifest = record.manifest(spark, dataset, plan, layout, start);
        run.writeManifest(manifest);
        run.deleteUnfinished();
        DivergenceRecovery recovery = new DivergenceRecovery(
                config.onDivergence(),
                run,
                manifest.progress().returns(),
                () -> start.snapshot().position().round() == 0 ? start : startingPoint(Resume.NEW_RUN, dataset));
        if (!headAlone || config.model().frozenFeatures() == ModelConfig.FrozenFeatures.RECOMPUTED) {
            return train(network, layout, TrainedPart.whole(layout), plan, start, recovery);
        }
        ResNet.close(network);
        return trainHead(layout, plan, start, recovery);
    }

    private ExampleIndex weighted(ExampleIndex images, ImageDataset dataset) {
        List<String> classes = dataset.classes().names();
        return images.weighted(
                ClassWeights.parse(config.dataset().classWeights()).of(classes, images.classCounts(classes.size())));
    }

    private Optional<ExampleIndex> index(ImageDataset dataset, Split split) {
        if (dataset.images(split) == 0) {
            return Optional.empty();
        }
        ExampleIndex all = ExampleIndex.build(spark, dataset, split);
        return Optional.of(selection.map(all::select).orElse(all)).filter(index -> index.size() > 0);
    }

    /** Features are computed once; then the head is a network of its own, and all that workers exchange. */
    private TrainingOutcome trainHead(
            ParameterLayout layout, TrainingPlan plan, StartingPoint start, DivergenceRecovery recovery) {
        if (!config.dataset().augmentation().equals(Augmentation.none())) {
            LOG.warn(
                    "Only the head is trained, on features computed once per image: augmentation does not apply, except"
                            + " label smoothing. Set frozen-features to recomputed to augment images in every epoch");
        }
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        try {
            CachedFeatures features = FeatureExtraction.run(
                    context, plan, start.snapshot().state().parameters(), run.path());
            ComputationGraph head =
                    ResNet.head(features.training().width(), plan.spec().classes(), config.seed());
            return train(head, layout, TrainedPart.head(layout), plan.withFeatures(features), start, recovery);
        } finally {
            FeatureExtraction.delete(plan, run.path());
        }
    }

    private StartingPoint startingPoint(Resume resume, ImageDataset dataset) {
        if (resume == Resume.CONTINUE) {
            Optional<Checkpoint> newest = run.newestCheckpoint();
            if (newest.isPresent()) {
                return StartingPoint.at(newest.get());
            }
        }
        return StartingPoint.fresh(config, dataset, hadoop);
    }

    private TrainingPlan plan(
            ModelCard card, WorkerKernels kernels, ExampleIndex trainingIndex, Optional<ExampleIndex> validationIndex) {
        int classes = card.spec().classes();
        int workers = config.averaging().workers();
        PlannedImages images = new PlannedImages(
                BatchRecipe.training(card.preprocessing(), config.dataset().augmentation(), config.seed(), classes)
                        .withFlipsOnlyFrom(config.optimization().epochs()
                                - config.dataset().flipsOnlyEpochs()),
                trainingIndex,
                BatchRecipe.evaluation(card.preprocessing(), classes),
                validationIndex.orElse(null),
                null, // as long as nothing shows that the head is trained alone
                new HadoopSettings(hadoop));

        return TrainingPlanBuilder.builder()
                .runId(UUID.randomUUID().toString())
                .spec(card.spec())
                .frozen(config.model().freeze())
                .optimization(config.optimization())
                .workers(workers)
                .compute(new WorkerCompute(
                        kernels.description(),
                        kernels.precision(),
                        WorkerThreads.of(
                                spark.sparkContext(), workers, config.compute().threadsPerWorker())))
                .images(images)
                .seed(config.seed())
                .build();
    }

    private TrainingOutcome train(
            ComputationGraph network,
            ParameterLayout layout,
            TrainedPart part,
            TrainingPlan plan,
            StartingPoint start,
            DivergenceRecovery recovery) {
        long begin = System.nanoTime();
        double secondsBefore = run.manifest().progress().seconds();
        List<TrainingListener> all = new ArrayList<>(listeners);
        all.add(MetricsLog.continuing(run, start.snapshot().position().round()));
        TrainingSummary summary = summary(plan, run.manifest(), start.snapshot().position());
        LOG.info("Training {}", summary);
        all.forEach(listener -> listener.started(summary));
        TrainingPosition end;
        try {
            end = recovery.trainUntilDone(start, all, (from, rateFactor) -> {
                TrainingPlan now = plan.withLearningRate(config.optimization().learningRate() * rateFactor);
                return trainFrom(from, network, layout, part, now, all);
            });
            run.writeManifest(run.manifest().with(TrainingStatus.DONE, secondsBefore + secondsSince(begin)));
            all.forEach(listener -> listener.ended(TrainingStatus.DONE));
        } catch (Throwable failure) { // Spark throws checked exceptions undeclared
            TrainingStatus status =
                    failure instanceof DivergedException ? TrainingStatus.DIVERGED : TrainingStatus.FAILED;
            double seconds = secondsBefore + secondsSince(begin);
            inSpiteOf(failure, () -> run.writeManifest(run.manifest().with(status, seconds)));
            all.forEach(listener -> inSpiteOf(failure, () -> listener.ended(status)));
            throw failure;
        }
        return new TrainingOutcome(run.path(), end, run.best(), secondsSince(begin));
    }

    /** Tidies up after a failure; what goes wrong in doing so, say on the disk that is full, must not hide it. */
    private static void inSpiteOf(Throwable failure, Runnable tidying) {
        try {
            tidying.run();
        } catch (RuntimeException also) {
            failure.addSuppressed(also);
        }
    }

    private TrainingPosition trainFrom(
            StartingPoint start,
            ComputationGraph network,
            ParameterLayout layout,
            TrainedPart part,
            TrainingPlan plan,
            List<TrainingListener> all) {
        Averager averager = averager(network, part, plan, start, all);
        try {
            new EpochLoop(
                            run,
                            config.optimization(),
                            config.run(),
                            averager,
                            all,
                            () -> new Checkpoint(start.card(), part.into(start.snapshot(), averager.snapshot())),
                            layout)
                    .run();
            if (config.averaging().reestimateBatchNormImages() > 0) {
                new ModelReestimation(
                                run,
                                BatchNormReestimation.of(
                                        plan, config.averaging().reestimateBatchNormImages()),
                                layout)
                        .run(JavaSparkContext.fromSparkContext(spark.sparkContext()), plan, averager)
                        .ifPresent(metrics -> all.forEach(listener -> listener.batchNormReestimated(metrics)));
            }
        } catch (Throwable failure) {
            inSpiteOf(failure, averager::release);
            throw failure;
        }
        averager.release();
        return averager.position();
    }

    private Averager averager(
            ComputationGraph network,
            TrainedPart part,
            TrainingPlan plan,
            StartingPoint start,
            List<TrainingListener> all) {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        return switch (config.averaging().averager()) {
            case STOCK -> {
                ResNet.close(network); // it is trained by other rules than ours, and so made otherwise
                yield new StockAverager(context, config, plan, start.snapshot().state(), all);
            }
            case SLICED -> {
                AveragingTrainingMaster master = new AveragingTrainingMaster(
                        context,
                        plan,
                        rhythm(),
                        new ServerUpdate(
                                config.averaging().slowMomentum(),
                                new MovingAverage(config.averaging().emaDecay()),
                                part.layout()),
                        config.averaging().transfer(),
                        part.of(start.snapshot()),
                        all,
                        DivergenceWatch.of(
                                config.onDivergence(),
                                plan.spec().classes(),
                                run,
                                start.snapshot().position().round()));
                yield new SlicedAverager(context, network, master);
            }
        };
    }

    private AveragingRhythm rhythm() {
        return new AveragingRhythm(
                config.averaging().everyStepEpochs(), config.averaging().averagingFrequency());
    }

    private TrainingSummary summary(TrainingPlan plan, RunManifest manifest, TrainingPosition position) {
        RunManifest.Environment environment = manifest.environment();
        RunManifest.Images images = manifest.images();
        int epochs = config.optimization().epochs();
        return new TrainingSummary(
                run.path(),
                "%s, %s".formatted(environment.kernels(), environment.precision()),
                new TrainingSummary.Network(
                        plan.spec().architecture(),
                        manifest.network().parameters(),
                        plan.spec().classes()),
                new TrainingSummary.Images(images.trainExamples(), images.valExamples()),
                new TrainingSummary.Workers(
                        plan.workers(),
                        plan.compute().threads(),
                        plan.optimization().batchSize(),
                        config.averaging().averagingFrequency(),
                        config.averaging().everyStepEpochs()),
                new TrainingSummary.Course(
                        epochs,
                        rhythm().rounds(epochs, plan.stepsPerEpoch()),
                        position.round(),
                        (long) images.trainExamples() * epochs,
                        position.examples()));
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
