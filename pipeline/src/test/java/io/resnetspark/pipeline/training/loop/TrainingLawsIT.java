package io.resnetspark.pipeline.training.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.FlatVector;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.error.DivergedException;
import io.resnetspark.model.image.load.Batch;
import io.resnetspark.model.image.load.BatchLoader;
import io.resnetspark.model.image.load.BatchRecipe;
import io.resnetspark.model.image.load.ReadAhead;
import io.resnetspark.model.kernel.ComputeThreads;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import io.resnetspark.model.optim.Progress;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.training.StepResult;
import io.resnetspark.model.training.Trainer;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.dataset.ExampleReader;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.dataset.TestDatasets;
import io.resnetspark.pipeline.run.BestCheckpoint;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.training.AveragingConfig.Transfer;
import io.resnetspark.pipeline.training.BatchNormMetrics;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.OnDivergence;
import io.resnetspark.pipeline.training.Precision;
import io.resnetspark.pipeline.training.Resume;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.SlowMomentum;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.worker.BatchNormReestimation;
import io.resnetspark.pipeline.training.worker.EpochPlan;
import io.resnetspark.pipeline.training.worker.HadoopSettings;
import io.resnetspark.pipeline.training.worker.ImageMinibatches;
import io.resnetspark.pipeline.training.worker.Minibatch;
import io.resnetspark.pipeline.training.worker.Minibatches;
import io.resnetspark.pipeline.training.worker.NetworkInput;
import io.resnetspark.pipeline.training.worker.ValidationShare;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The laws of training by averaging, on a real dataset of small images and a real network. */
class TrainingLawsIT {

    @TempDir
    static Path folder;

    private static SparkSession spark;
    private static String dataset;

    @BeforeAll
    static void findImages() {
        spark = TestDatasets.spark();
        dataset = TestDatasets.small();
    }

    /** Small, with everything on that could break a law: momentum, decay, augmentation, a schedule, a short last step. */
    private static TrainConfig config(Path output, int workers, int frequency, int batchSize, int epochs) {
        return config(output, workers, frequency, batchSize, epochs, Modes.PLAIN);
    }

    private static TrainConfig config(Path output, int workers, int frequency, int batchSize, int epochs, Modes modes) {
        return config(
                output,
                workers,
                frequency,
                batchSize,
                epochs,
                modes,
                0.05,
                new OptimizerConfig.Sgd(0.9, Momentum.NESTEROV, 1e-3, DecayScope.ALL),
                List.of());
    }

    /** How averaging differs from plain averaging. */
    private record Modes(
            int everyStepEpochs, SlowMomentum slowMomentum, double emaDecay, Transfer transfer, int reestimate) {
        static final Modes PLAIN = new Modes(0, SlowMomentum.OFF, 0, Transfer.FLOAT32);
        static final Modes ALL = new Modes(1, new SlowMomentum(0.5, 0.9), 0.8, Transfer.FLOAT16);

        Modes(int everyStepEpochs, SlowMomentum slowMomentum, double emaDecay, Transfer transfer) {
            this(everyStepEpochs, slowMomentum, emaDecay, transfer, 0);
        }
    }

    private static TrainConfig config(
            Path output,
            int workers,
            int frequency,
            int batchSize,
            int epochs,
            Modes modes,
            double learningRate,
            OptimizerConfig optimizer,
            List<String> freeze) {
        TrainConfig base =
                SmallTraining.config(dataset, output.toString(), epochs, learningRate, OnDivergence.standard());
        return base.withModel(base.model().withFreeze(freeze))
                .withAveraging(base.averaging()
                        .withWorkers(workers)
                        .withAveragingFrequency(frequency)
                        .withEveryStepEpochs(modes.everyStepEpochs())
                        .withSlowMomentum(modes.slowMomentum())
                        .withEmaDecay(modes.emaDecay())
                        .withTransfer(modes.transfer())
                        .withReestimateBatchNormImages(modes.reestimate()))
                .withOptimization(base.optimization()
                        .withBatchSize(batchSize)
                        .withSchedule(new LearningRateSchedule.WarmUp(0.5, new LearningRateSchedule.Cosine()))
                        .withOptimizer(optimizer))
                .withRun(base.run().withKeepCheckpoints(3));
    }

    private static Checkpoint train(TrainConfig config, TrainingListener... listeners) {
        TrainingLoop.run(spark, config, Resume.CONTINUE, List.of(listeners));
        return run(config).newestCheckpoint().orElseThrow();
    }

    private static RunDirectory run(TrainConfig config) {
        return RunDirectory.at(config.run().output(), spark.sessionState().newHadoopConf());
    }

    @Tag("full")
    @Test
    void sparksPageNamesTheStagesOfARound() throws Exception {
        Set<String> stages = ConcurrentHashMap.newKeySet();
        SparkListener listener = new SparkListener() {
            @Override
            public void onStageSubmitted(SparkListenerStageSubmitted stage) {
                stages.add(stage.stageInfo().name());
            }
        };
        spark.sparkContext().addSparkListener(listener);
        train(config(folder.resolve("stages"), 2, 1, 10, 1));
        spark.sparkContext().listenerBus().waitUntilEmpty(10_000);
        spark.sparkContext().removeSparkListener(listener);
        assertThat(stages).contains("round 1: train", "round 1: average", "round 2: train", "round 2: average");
    }

    private static void assumeHas(Precision precision) {
        assumeTrue(Kernels.ofThisProcess().trainsIn(precision.wanted().orElseThrow()), "bf16 needs AVX-512");
    }

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"FP32", "BF16"})
    void oneWorkerEqualsASingleProcess(Precision precision) throws IOException {
        assumeHas(precision);
        TrainConfig base = config(folder.resolve("one-worker-" + precision), 1, 3, 9, 2);
        TrainConfig config = base.withCompute(base.compute().withPrecision(precision));
        Checkpoint distributed = train(config);

        ComputeThreads.use(config.compute().threadsPerWorker()); // other numbers of threads sum in another order
        ImageDataset images = ImageDataset.open(spark, dataset);
        ExampleIndex index = ExampleIndex.build(spark, images, Split.TRAIN);
        Trainer trainer = Trainer.create(
                distributed.card().spec(),
                config.seed(),
                config.optimization().optimizer(),
                Trainer.NO_CLIPPING,
                precision.wanted().orElseThrow());
        BatchRecipe recipe = BatchRecipe.training(
                distributed.card().preprocessing(),
                config.dataset().augmentation(),
                config.seed(),
                distributed.card().spec().classes());
        NetworkInput input = new NetworkInput(recipe);
        long globalStep = 0;
        try (ExampleReader reader =
                        new ExampleReader(index, spark.sessionState().newHadoopConf());
                BatchLoader loader =
                        new BatchLoader(recipe, config.optimization().batchSize(), ReadAhead.standard())) {
            for (int epoch = 0; epoch < config.optimization().epochs(); epoch++) {
                EpochPlan plan =
                        new EpochPlan(index.size(), 1, config.optimization().batchSize(), config.seed(), epoch);
                List<int[]> batches = new ArrayList<>();
                for (int step = 0; step < plan.steps(); step++) {
                    batches.add(plan.batch(step, 0));
                }
                loader.start(reader, batches, epoch);
                for (int step = 0; loader.hasNext(); step++) {
                    Batch batch = loader.next();
                    Progress progress = new Progress(
                            epoch + (double) step * config.optimization().batchSize() / index.size(),
                            config.optimization().epochs());
                    trainer.step(
                            input.images(batch),
                            input.targets(batch),
                            config.optimization().learningRate()
                                    * config.optimization().schedule().factor(progress),
                            globalStep++);
                }
            }
        }
        assertThat(distributed.state()).isEqualTo(trainer.state());
        assertThat(distributed.position().examples()).isEqualTo(2L * index.size());
    }

    /** Plain SGD and frozen batch norm: averaging after every step is one step on the combined batch. */
    @Test
    void workersAveragedEveryStepEqualOneMachineWithTheCombinedBatch() {
        OptimizerConfig plain = new OptimizerConfig.Sgd(0, Momentum.CLASSIC, 0, DecayScope.ALL);
        List<String> frozen = List.of("batchnorm");
        for (Modes modes : List.of(Modes.PLAIN, new Modes(0, new SlowMomentum(0.3, 1), 0.8, Transfer.FLOAT32))) {
            String name = modes == Modes.PLAIN ? "" : "-with-modes";
            Checkpoint two =
                    train(config(folder.resolve("two-workers" + name), 2, 1, 5, 1, modes, 0.02, plain, frozen));
            Checkpoint one = train(config(folder.resolve("combined" + name), 1, 1, 10, 1, modes, 0.02, plain, frozen));
            assertClose(two.state().parameters(), one.state().parameters());
            assertClose(two.snapshot().model(), one.snapshot().model());
        }
    }

    private static void assertClose(float[] actual, float[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as("parameter %d", i).isCloseTo(expected[i], within(2e-6f));
        }
    }

    @Tag("full")
    @Test
    void averagingEveryStepUntilTheEndIsSynchronousTraining() {
        Modes untilTheEnd = new Modes(2, SlowMomentum.OFF, 0, Transfer.FLOAT32);
        assertThat(train(config(folder.resolve("post-local"), 2, 3, 6, 2, untilTheEnd)))
                .isEqualTo(train(config(folder.resolve("synchronous"), 2, 1, 6, 2)));
    }

    @Tag("full")
    @Test
    void oneWorkerIsTheSameWhateverTheRhythmAndUnderAMovingAverage() {
        Checkpoint plain = train(config(folder.resolve("alone"), 1, 3, 9, 2));
        Modes averaged = new Modes(1, SlowMomentum.OFF, 0.9, Transfer.FLOAT32);
        Checkpoint other = train(config(folder.resolve("alone-averaged"), 1, 5, 9, 2, averaged));
        assertThat(other.state()).isEqualTo(plain.state());
        assertThat(other.snapshot().model()).isNotEqualTo(plain.snapshot().model());
    }

    @Tag("full")
    @Test
    void oneWorkerSendsNothingAndIsTheSameWithAnyTransfer() {
        Modes half = new Modes(0, SlowMomentum.OFF, 0, Transfer.FLOAT16);
        assertThat(train(config(folder.resolve("alone-16"), 1, 3, 9, 1, half)))
                .isEqualTo(train(config(folder.resolve("alone-32"), 1, 3, 9, 1)));
    }

    @Tag("full")
    @Test
    void sixteenBitsAreHalfOfWhatWorkersSendAndCloseToThirtyTwo() {
        List<RoundMetrics> single = new ArrayList<>();
        List<RoundMetrics> half = new ArrayList<>();
        Checkpoint expected = train(config(folder.resolve("transfer-32"), 2, 1, 2, 1), rounds(single));
        Modes modes = new Modes(0, SlowMomentum.OFF, 0, Transfer.FLOAT16);
        Checkpoint actual = train(config(folder.resolve("transfer-16"), 2, 1, 2, 1, modes), rounds(half));

        long bytes = single.get(0).traffic().workerSentBytes();
        long statistics = 16L * 1024; // running statistics and a few scales
        assertThat(single).hasSizeGreaterThan(8).allSatisfy(round -> {
            assertThat(round.traffic().workerSentBytes()).isEqualTo(bytes);
            assertThat(round.traffic().driverBytes()).isEqualTo(2 * bytes);
        });
        assertThat(half).hasSameSizeAs(single);
        for (int i = 0; i < half.size(); i++) {
            boolean settling = (i + 1) % 8 == 0 || i == half.size() - 1;
            assertThat(half.get(i).traffic().workerSentBytes())
                    .as("round %d", i + 1)
                    .isBetween(settling ? bytes : bytes / 2, settling ? bytes : bytes / 2 + statistics);
            assertThat(half.get(i).traffic().driverBytes()).isEqualTo(2 * bytes);
        }
        assertThat(distance(actual, expected)).isLessThan(0.05 * norm(expected)).isPositive();
    }

    private static TrainingListener rounds(List<RoundMetrics> seen) {
        return new TrainingListener() {
            @Override
            public void roundDone(RoundMetrics metrics) {
                seen.add(metrics);
            }
        };
    }

    private static double norm(Checkpoint checkpoint) {
        double squares = 0;
        for (float value : checkpoint.state().parameters()) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }

    private static double distance(Checkpoint one, Checkpoint other) {
        double squares = 0;
        for (int i = 0; i < one.state().parameters().length; i++) {
            double difference = one.state().parameters()[i] - other.state().parameters()[i];
            squares += difference * difference;
        }
        return Math.sqrt(squares);
    }

    /** Validation, the best checkpoint and the run's model are those of the moving average. */
    @Test
    void theModelIsTheMovingAverage() {
        TrainConfig config = config(
                folder.resolve("moving-average"), 2, 2, 6, 2, new Modes(0, SlowMomentum.OFF, 0.9, Transfer.FLOAT32));
        List<EpochMetrics> epochs = new ArrayList<>();
        Checkpoint newest = train(config, new TrainingListener() {
            @Override
            public void epochDone(EpochMetrics metrics) {
                epochs.add(metrics);
            }
        });
        float[] average = newest.snapshot().server().movingAverage().orElseThrow();
        assertThat(average).isNotEqualTo(newest.state().parameters());

        Checkpoint model = run(config).model();
        String best = run(config).best().orElseThrow().checkpoint();
        assertThat(model.state().parameters())
                .isEqualTo(run(config).readCheckpoint(best).snapshot().model());
        EpochMetrics.Validation atBest =
                epochs.get(model.position().epoch() - 1).validation().orElseThrow();
        StepResult judged = validate(model);
        assertThat(atBest.accuracy()).isEqualTo(judged.accuracy());
        assertThat(atBest.loss()).isCloseTo(judged.loss(), within(1e-5));
    }

    @Tag("full")
    @Test
    void reestimatedStatisticsAreTheModelsAndLeaveTheTrainingAlone() {
        Modes kept = new Modes(0, SlowMomentum.OFF, 0.9, Transfer.FLOAT32);
        Modes reestimated = new Modes(0, SlowMomentum.OFF, 0.9, Transfer.FLOAT32, 30);
        Checkpoint expected = train(config(folder.resolve("running-statistics"), 2, 2, 6, 2, kept));
        TrainConfig config = config(folder.resolve("reestimated"), 2, 2, 6, 2, reestimated);
        List<BatchNormMetrics> seen = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void batchNormReestimated(BatchNormMetrics metrics) {
                seen.add(metrics);
            }
        };
        assertThat(train(config, listener)).isEqualTo(expected);

        Checkpoint model = run(config).model();
        Checkpoint best =
                run(config).readCheckpoint(run(config).best().orElseThrow().checkpoint());
        float[] before = best.snapshot().model();
        float[] after = model.state().parameters();
        for (ParameterLayout.Segment segment :
                ParameterLayout.of(model.card().spec()).segments()) {
            float[] old = Arrays.copyOfRange(before, segment.offset(), segment.end());
            float[] now = Arrays.copyOfRange(after, segment.offset(), segment.end());
            if (segment.kind().trainable()) {
                assertThat(now).as(segment.key()).isEqualTo(old);
            } else {
                assertThat(now).as(segment.key()).isNotEqualTo(old);
            }
        }
        assertThat(seen).singleElement().satisfies(metrics -> {
            assertThat(metrics.images()).isEqualTo(30);
            assertThat(metrics.before().orElseThrow().accuracy())
                    .isEqualTo(run(config).best().orElseThrow().accuracy());
            assertThat(metrics.after().orElseThrow().accuracy())
                    .isEqualTo(validate(model).accuracy());
        });
        assertThat(run(config).metrics()).last().asString().contains("\"type\":\"batch-norm\"");

        train(config, listener); // finished: nothing is left to do
        assertThat(seen).hasSize(1);
    }

    /** A single minibatch in training mode is what running statistics take a tenth of. */
    @Tag("full")
    @Test
    void reestimatedStatisticsAreThoseOfTheImagesHoweverTheyAreShared() {
        ImageDataset images = ImageDataset.open(spark, dataset);
        ExampleIndex index = ExampleIndex.build(spark, images, Split.TRAIN);
        ModelCard card = train(config(folder.resolve("shared"), 1, 4, 20, 1)).card();
        BatchRecipe recipe =
                BatchRecipe.evaluation(card.preprocessing(), card.spec().classes());
        HadoopSettings hadoop = new HadoopSettings(spark.sessionState().newHadoopConf());
        ParameterLayout layout = ParameterLayout.of(card.spec());
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());

        ComputeThreads.use(1);
        ComputationGraph network = ResNet.create(card.spec(), 5);
        float[] start = FlatVector.copyOf(network.params());
        float[] once = new BatchNormReestimation(
                        card.spec(),
                        List.of(),
                        recipe,
                        index,
                        index.size(),
                        index.size(),
                        1,
                        TrainingPrecision.FP32,
                        1,
                        7,
                        hadoop)
                .run(context, start, layout);
        try (Minibatches all = new ImageMinibatches(index, recipe, index.size(), hadoop)) {
            all.start(List.of(IntStream.range(0, index.size()).toArray()), 0);
            network.outputSingle(true, all.next().input());
        }
        float[] running = FlatVector.copyOf(network.params());
        ResNet.close(network);
        for (int i = 0; i < start.length; i++) {
            assertThat(0.9f * start[i] + 0.1f * once[i])
                    .as("parameter %d", i)
                    .isCloseTo(running[i], within(1e-5f * Math.max(1, Math.abs(running[i]))));
        }

        float[] alone = new BatchNormReestimation(
                        card.spec(), List.of(), recipe, index, 32, 8, 1, TrainingPrecision.FP32, 1, 7, hadoop)
                .run(context, start, layout);
        float[] shared = new BatchNormReestimation(
                        card.spec(), List.of(), recipe, index, 32, 8, 3, TrainingPrecision.FP32, 1, 7, hadoop)
                .run(context, start, layout);
        float[] frozen = new BatchNormReestimation(
                        card.spec(),
                        List.of("batchnorm"),
                        recipe,
                        index,
                        32,
                        8,
                        2,
                        TrainingPrecision.FP32,
                        1,
                        7,
                        hadoop)
                .run(context, start, layout);
        for (int i = 0; i < start.length; i++) {
            assertThat(shared[i]).isCloseTo(alone[i], within(1e-6f * Math.max(1, Math.abs(alone[i]))));
        }
        assertThat(frozen).isEqualTo(start);
    }

    /** On the validation split, in this thread. */
    private static StepResult validate(Checkpoint model) {
        ExampleIndex index = ExampleIndex.build(spark, ImageDataset.open(spark, dataset), Split.VAL);
        BatchRecipe recipe = BatchRecipe.evaluation(
                model.card().preprocessing(), model.card().spec().classes());
        ComputationGraph network = ResNet.create(model.card().spec(), 0);
        FlatVector.set(network.params(), model.state().parameters());
        ComputeThreads.use(1);
        try (Minibatches images = new ImageMinibatches(
                index,
                recipe,
                index.size(),
                new HadoopSettings(spark.sessionState().newHadoopConf()))) {
            images.start(List.of(IntStream.range(0, index.size()).toArray()), 0);
            Minibatch all = images.next();
            return ValidationShare.score(network.outputSingle(all.input()), all);
        } finally {
            ResNet.close(network);
        }
    }

    @Test
    void aResumedRunEqualsTheUninterruptedOne() {
        assertResumable("all-modes", Modes.ALL, dataset, () -> {});
    }

    @Test
    void aResumedRunKeepsItsVersionOfADatasetThatGrows() throws IOException {
        Path growing = folder.resolve("growing");
        String data = TestDatasets.prepareSmallImages(spark, growing, 40, 8);
        TrainConfig config = assertResumable("plain", Modes.PLAIN, data, () -> {
            try {
                TestDatasets.prepareSmallImages(spark, growing, 50, 12);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(ImageDataset.open(spark, data).version()).isEqualTo(2);
        assertThat(run(config).manifest().images().datasetVersion()).isEqualTo(1);
        assertThatThrownBy(() -> train(config.withDataset(config.dataset().withDataVersion(Optional.of(2)))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("version 1");
        assertThatThrownBy(() -> train(config.withDataset(config.dataset().withData(dataset))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("another one");
    }

    private static TrainConfig assertResumable(String name, Modes modes, String data, Runnable meanwhile) {
        TrainConfig base = config(folder.resolve("uninterrupted-" + name), 2, 2, 6, 3, modes);
        TrainConfig whole = base.withDataset(base.dataset().withData(data));
        Checkpoint uninterrupted = train(whole);

        TrainConfig interrupted = whole.withRun(
                whole.run().withOutput(folder.resolve("interrupted-" + name).toString()));
        TrainingListener pullsThePlug = new TrainingListener() {
            @Override
            public void roundDone(RoundMetrics metrics) {
                if (metrics.epoch() == 1) {
                    throw new IllegalStateException("the plug is pulled in the second epoch");
                }
            }
        };
        assertThatThrownBy(() -> train(interrupted, pullsThePlug)).hasMessageContaining("plug");
        assertThat(run(interrupted).checkpoints()).hasSize(1);
        meanwhile.run();
        Checkpoint resumed = train(interrupted);

        assertThat(resumed).isEqualTo(uninterrupted);
        assertThat(run(interrupted).metrics()).hasSameSizeAs(run(whole).metrics());
        return interrupted;
    }

    @Tag("full")
    @Test
    void aDamagedNewestCheckpointIsPassedOver() throws IOException {
        TrainConfig config = config(folder.resolve("damaged"), 1, 4, 16, 2);
        Checkpoint before = train(config);
        List<String> names = run(config).checkpoints();
        Path newest = Path.of(config.run().output(), "checkpoints", names.get(names.size() - 1), "model.safetensors");
        try (RandomAccessFile file = new RandomAccessFile(newest.toFile(), "rw")) {
            file.seek(file.length() / 2);
            int flipped = ~file.read();
            file.seek(file.length() / 2);
            file.write(flipped);
        }
        assertThatThrownBy(() -> run(config).readCheckpoint(names.get(names.size() - 1)))
                .isInstanceOf(BadDataException.class);
        Checkpoint usable = run(config).newestCheckpoint().orElseThrow();
        assertThat(usable.position().epoch()).isEqualTo(1);
        assertThat(train(config).state()).isEqualTo(before.state());
    }

    @Test
    void aLossThatExplodesEndsTheTrainingAndSpoilsNothing() {
        OptimizerConfig plain = new OptimizerConfig.Sgd(0.9, Momentum.CLASSIC, 0, DecayScope.ALL);
        TrainConfig config = config(folder.resolve("diverging"), 2, 2, 6, 3, Modes.PLAIN, 1e30, plain, List.of());
        assertThatThrownBy(() -> train(config))
                .isInstanceOf(DivergedException.class)
                .hasMessageContaining("learning-rate");
        assertThat(run(config).manifest().progress().status()).isEqualTo(TrainingStatus.DIVERGED);
        run(config).newestCheckpoint().ifPresent(checkpoint -> {
            for (float value : checkpoint.state().parameters()) {
                assertThat(value).isFinite();
            }
        });
    }

    /** Resumed in what it recorded, whatever auto would be now; another one is refused. */
    @Test
    void aRunInBfloat16IsResumedInBfloat16() {
        assumeHas(Precision.BF16);
        TrainConfig whole = inBfloat16(config(folder.resolve("bf16-whole"), 2, 2, 6, 2));
        Checkpoint uninterrupted = train(whole);
        assertThat(run(whole).manifest().environment().precision()).isEqualTo("bf16");
        TrainConfig cut = inBfloat16(config(folder.resolve("bf16-cut"), 2, 2, 6, 2));
        assertThatThrownBy(() -> train(
                        cut,
                        SmallTraining.plugPulledAfter(uninterrupted.position().round() - 1)))
                .hasMessageContaining("plug");
        TrainConfig other = cut.withCompute(cut.compute().withPrecision(Precision.FP32));
        assertThatThrownBy(() -> train(other))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("begun in bf16");
        TrainConfig auto = cut.withCompute(cut.compute().withPrecision(Precision.AUTO));
        assertThat(train(auto).state()).isEqualTo(uninterrupted.state());
        assertThat(run(cut).manifest().environment().precision()).isEqualTo("bf16");
    }

    private static TrainConfig inBfloat16(TrainConfig config) {
        return config.withCompute(config.compute().withPrecision(Precision.BF16));
    }

    @Test
    void aPrecisionThatProcessorsDoNotHaveIsRefused() {
        TrainConfig base = config(folder.resolve("tf32"), 1, 1, 6, 1);
        TrainConfig config = base.withCompute(base.compute().withPrecision(Precision.TF32));
        assertThatThrownBy(() -> train(config))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("tf32")
                .hasMessageContaining("auto");
    }

    @Test
    void aRunIsNotOverwrittenAndKeepsWhatDecidesItsOrder() {
        TrainConfig config = config(folder.resolve("kept"), 1, 4, 20, 1);
        train(config);
        assertThatThrownBy(() -> TrainingLoop.run(spark, config, Resume.NEW_RUN, List.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("--resume");
        TrainConfig otherBatch = config(folder.resolve("kept"), 1, 4, 10, 1);
        assertThatThrownBy(() -> train(otherBatch)).hasMessageContaining("batch_size");
    }

    /** At a rate that changes nothing no epoch is better than the first. */
    @Test
    void aTrainingThatGetsNoBetterEndsEarlyAndIsNotContinued() {
        OptimizerConfig plain = new OptimizerConfig.Sgd(0, Momentum.CLASSIC, 0, DecayScope.ALL);
        TrainConfig base = config(folder.resolve("early"), 1, 4, 20, 9, Modes.PLAIN, 1e-30, plain, List.of());
        TrainConfig config = base.withOptimization(base.optimization().withEarlyStoppingEpochs(2));
        assertThat(train(config).position().epoch()).isEqualTo(3);
        assertThat(run(config).manifest().progress().status()).isEqualTo(TrainingStatus.DONE);
        assertThat(run(config).best().orElseThrow().epoch()).isEqualTo(1);
        assertThat(train(config).position().epoch()).isEqualTo(3);
    }

    @Test
    void weightsOfClassesThatAreAllTheSameChangeNothingAndOthersDo() {
        TrainConfig config = config(folder.resolve("unweighted"), 1, 4, 20, 1);
        List<String> classes = ImageDataset.open(spark, dataset).classes().names();
        String same = classes.stream().map(name -> name + "=3").collect(Collectors.joining(","));
        Checkpoint unweighted = train(config);
        assertThat(train(weighted(config, "same", same)).state()).isEqualTo(unweighted.state());
        assertThat(train(weighted(config, "other", classes.get(0) + "=3")).state())
                .isNotEqualTo(unweighted.state());
    }

    private static TrainConfig weighted(TrainConfig config, String output, String weights) {
        return config.withDataset(config.dataset().withClassWeights(weights))
                .withRun(config.run().withOutput(folder.resolve(output).toString()));
    }

    @Tag("full")
    @Test
    void learnsAndKeepsTheBestCheckpoint() throws IOException {
        TrainConfig config = config(folder.resolve("learning"), 2, 2, 8, 6);
        List<EpochMetrics> epochs = new ArrayList<>();
        train(config, new TrainingListener() {
            @Override
            public void epochDone(EpochMetrics metrics) {
                epochs.add(metrics);
            }
        });
        assertThat(epochs).hasSize(6);
        assertThat(epochs.get(5).loss()).isLessThan(epochs.get(0).loss());
        assertThat(epochs).allSatisfy(epoch -> assertThat(epoch.examples())
                .isEqualTo(epochs.get(0).examples()));
        double best = epochs.stream()
                .mapToDouble(epoch -> epoch.validation().orElseThrow().accuracy())
                .max()
                .orElseThrow();
        BestCheckpoint kept = run(config).best().orElseThrow();
        assertThat(kept.accuracy()).isEqualTo(best);
        assertThat(run(config).checkpoints()).contains(kept.checkpoint()).hasSizeLessThanOrEqualTo(4);
        assertThat(run(config).model().position().epoch()).isEqualTo(kept.epoch());
        assertThat(Files.exists(Path.of(config.run().output(), "metrics.jsonl")))
                .isTrue();
    }
}
