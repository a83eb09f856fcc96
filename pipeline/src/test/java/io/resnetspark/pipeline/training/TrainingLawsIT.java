package io.resnetspark.pipeline.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.error.DivergedException;
import io.resnetspark.model.input.Augmentation;
import io.resnetspark.model.input.Batch;
import io.resnetspark.model.input.BatchLoader;
import io.resnetspark.model.input.BatchRecipe;
import io.resnetspark.model.input.ReadAhead;
import io.resnetspark.model.kernel.ComputeThreads;
import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import io.resnetspark.model.optim.Progress;
import io.resnetspark.model.training.Trainer;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.dataset.ExampleReader;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.dataset.TestDatasets;
import io.resnetspark.pipeline.run.BestCheckpoint;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.training.TrainConfig.ZeroInitResidual;
import io.resnetspark.pipeline.training.TrainingLoop.Resume;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The laws of training by averaging, on a real dataset of small images and a real network. */
class TrainingLawsIT {

    @TempDir
    static Path folder;

    private static SparkSession spark;
    private static String dataset;

    @BeforeAll
    static void prepareImages() throws IOException {
        spark = TestDatasets.spark();
        dataset = TestDatasets.prepareSmallImages(spark, folder, 40, 8);
    }

    /** Small, with everything on that could break a law: momentum, decay, augmentation, a schedule, a short last step. */
    private static TrainConfig config(Path output, int workers, int frequency, int batchSize, int epochs) {
        return config(
                output,
                workers,
                frequency,
                batchSize,
                epochs,
                0.05,
                new OptimizerConfig.Sgd(0.9, Momentum.NESTEROV, 1e-3, DecayScope.ALL),
                List.of());
    }

    private static TrainConfig config(
            Path output,
            int workers,
            int frequency,
            int batchSize,
            int epochs,
            double learningRate,
            OptimizerConfig optimizer,
            List<String> freeze) {
        return new TrainConfig(
                dataset,
                Optional.empty(),
                Optional.empty(),
                Split.VAL,
                "cifar-resnet20",
                Optional.of(16),
                Optional.empty(),
                freeze,
                TrainConfig.FrozenFeatures.CACHED,
                output.toString(),
                workers,
                frequency,
                batchSize,
                epochs,
                learningRate,
                1,
                new LearningRateSchedule.WarmUp(0.5, new LearningRateSchedule.Cosine()),
                optimizer,
                0,
                Augmentation.cifar(),
                ZeroInitResidual.OFF,
                11,
                1,
                1,
                3);
    }

    private static Checkpoint train(TrainConfig config, TrainingListener... listeners) {
        TrainingLoop.run(spark, config, Resume.CONTINUE, List.of(listeners));
        return run(config).newestCheckpoint().orElseThrow();
    }

    private static RunDirectory run(TrainConfig config) {
        return RunDirectory.at(config.output(), spark.sessionState().newHadoopConf());
    }

    @Test
    void oneWorkerEqualsASingleProcess() throws IOException {
        TrainConfig config = config(folder.resolve("one-worker"), 1, 3, 9, 2);
        Checkpoint distributed = train(config);

        ComputeThreads.use(config.threadsPerWorker()); // other numbers of threads sum in another order
        ImageDataset images = ImageDataset.open(spark, dataset);
        ExampleIndex index = ExampleIndex.build(spark, images, Split.TRAIN);
        Trainer trainer =
                Trainer.create(distributed.card().spec(), config.seed(), config.optimizer(), Trainer.NO_CLIPPING);
        BatchRecipe recipe = BatchRecipe.training(
                distributed.card().preprocessing(),
                config.augmentation(),
                config.seed(),
                distributed.card().spec().classes());
        NetworkInput input = new NetworkInput(recipe);
        long globalStep = 0;
        try (ExampleReader reader =
                        new ExampleReader(index, spark.sessionState().newHadoopConf());
                BatchLoader loader = new BatchLoader(recipe, config.batchSize(), ReadAhead.standard())) {
            for (int epoch = 0; epoch < config.epochs(); epoch++) {
                EpochPlan plan = new EpochPlan(index.size(), 1, config.batchSize(), config.seed(), epoch);
                List<int[]> batches = new ArrayList<>();
                for (int step = 0; step < plan.steps(); step++) {
                    batches.add(plan.batch(step, 0));
                }
                loader.start(reader, batches, epoch);
                for (int step = 0; loader.hasNext(); step++) {
                    Batch batch = loader.next();
                    Progress progress =
                            new Progress(epoch + (double) step * config.batchSize() / index.size(), config.epochs());
                    trainer.step(
                            input.images(batch),
                            input.targets(batch),
                            config.learningRate() * config.schedule().factor(progress),
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
        Checkpoint two = train(config(folder.resolve("two-workers"), 2, 1, 5, 1, 0.02, plain, frozen));
        Checkpoint one = train(config(folder.resolve("combined"), 1, 1, 10, 1, 0.02, plain, frozen));
        float[] expected = one.state().parameters();
        float[] actual = two.state().parameters();
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as("parameter %d", i).isCloseTo(expected[i], within(2e-6f));
        }
    }

    @Test
    void aResumedRunEqualsTheUninterruptedOne() {
        TrainConfig whole = config(folder.resolve("uninterrupted"), 2, 2, 6, 3);
        Checkpoint uninterrupted = train(whole);

        TrainConfig interrupted = config(folder.resolve("interrupted"), 2, 2, 6, 3);
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
        Checkpoint resumed = train(interrupted);

        assertThat(resumed.state()).isEqualTo(uninterrupted.state());
        assertThat(resumed.position()).isEqualTo(uninterrupted.position());
        assertThat(run(interrupted).metrics()).hasSameSizeAs(run(whole).metrics());
    }

    @Test
    void aDamagedNewestCheckpointIsPassedOver() throws IOException {
        TrainConfig config = config(folder.resolve("damaged"), 1, 4, 16, 2);
        Checkpoint before = train(config);
        List<String> names = run(config).checkpoints();
        Path newest = Path.of(config.output(), "checkpoints", names.get(names.size() - 1), "model.safetensors");
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
        TrainConfig config = config(folder.resolve("diverging"), 2, 2, 6, 3, 1e30, plain, List.of());
        assertThatThrownBy(() -> train(config))
                .isInstanceOf(DivergedException.class)
                .hasMessageContaining("learning-rate");
        assertThat(run(config).manifest().status()).isEqualTo("diverged");
        run(config).newestCheckpoint().ifPresent(checkpoint -> {
            for (float value : checkpoint.state().parameters()) {
                assertThat(value).isFinite();
            }
        });
    }

    @Test
    void aRunIsNotOverwrittenAndKeepsWhatDecidesItsOrder() {
        TrainConfig config = config(folder.resolve("kept"), 1, 4, 20, 1);
        train(config);
        assertThatThrownBy(() -> TrainingLoop.run(spark, config, Resume.NEW_RUN, List.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("--resume");
        TrainConfig otherBatch = config(folder.resolve("kept"), 1, 4, 10, 1);
        assertThatThrownBy(() -> train(otherBatch)).hasMessageContaining("batchSize");
    }

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
        assertThat(Files.exists(Path.of(config.output(), "metrics.jsonl"))).isTrue();
    }
}
