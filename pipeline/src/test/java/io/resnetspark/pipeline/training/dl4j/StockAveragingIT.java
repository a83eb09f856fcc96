package io.resnetspark.pipeline.training.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import io.resnetspark.pipeline.dataset.TestDatasets;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.training.AveragingConfig.Averager;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.LearningRateFactors;
import io.resnetspark.pipeline.training.OnDivergence;
import io.resnetspark.pipeline.training.Resume;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.loop.SmallTraining;
import io.resnetspark.pipeline.training.loop.TrainingLoop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** dl4j-spark's own averaging on our networks: the same steps, its own losses. */
class StockAveragingIT {

    private static final int IMAGES = TestDatasets.TRAINING;

    @TempDir
    static Path folder;

    private static SparkSession spark;
    private static String dataset;

    @BeforeAll
    static void findImages() {
        spark = TestDatasets.spark();
        dataset = TestDatasets.small();
    }

    private static TrainConfig config(
            Averager averager,
            int workers,
            int frequency,
            int batchSize,
            int epochs,
            OptimizerConfig optimizer,
            LearningRateSchedule schedule,
            List<String> freeze) {
        TrainConfig base = SmallTraining.config(
                dataset, folder.resolve("run-" + System.nanoTime()).toString(), epochs, 0.05, OnDivergence.standard());
        return base.withModel(base.model().withFreeze(freeze))
                .withAveraging(base.averaging()
                        .withAverager(averager)
                        .withWorkers(workers)
                        .withAveragingFrequency(frequency))
                .withOptimization(base.optimization()
                        .withBatchSize(batchSize)
                        .withFactors(new LearningRateFactors(2, 1))
                        .withSchedule(schedule)
                        .withOptimizer(optimizer))
                .withRun(base.run().withKeepCheckpoints(3));
    }

    private static Checkpoint train(TrainConfig config, TrainingListener... listeners) {
        TrainingLoop.run(spark, config, Resume.NEW_RUN, List.of(listeners));
        return RunDirectory.at(config.run().output(), spark.sessionState().newHadoopConf())
                .newestCheckpoint()
                .orElseThrow();
    }

    private static Checkpoint oneMinibatch(Averager averager, OptimizerConfig optimizer) {
        LearningRateSchedule schedule = new LearningRateSchedule.OneCycle(0.5, 0.5, 0.1);
        return train(config(averager, 1, 1, IMAGES, 1, optimizer, schedule, List.of()));
    }

    /** The same network, images, update rule and rate: before anything is averaged the two must not differ. */
    @Test
    void aMinibatchTrainsAsInOurOwnAveraging() {
        List<OptimizerConfig> optimizers = List.of(
                new OptimizerConfig.Sgd(0.9, Momentum.NESTEROV, 0.1, DecayScope.ALL),
                new OptimizerConfig.Sgd(0, Momentum.CLASSIC, 0.1, DecayScope.WEIGHTS));
        for (OptimizerConfig optimizer : optimizers) {
            float[] ours = oneMinibatch(Averager.SLICED, optimizer).state().parameters();
            float[] stock = oneMinibatch(Averager.STOCK, optimizer).state().parameters();
            for (int i = 0; i < ours.length; i++) {
                assertThat(stock[i]).as("%s, parameter %d", optimizer, i).isCloseTo(ours[i], within(2e-6f));
            }
        }
    }

    /** Two workers of three minibatches of four images: rounds of 24 images, of which 40 images fill one. */
    @Tag("full")
    @Test
    void minibatchesThatDoNotFillARoundAreLostAndOursAreNot() {
        OptimizerConfig plain = new OptimizerConfig.Sgd(0.9, Momentum.NESTEROV, 1e-3, DecayScope.ALL);
        List<EpochMetrics> epochs = new ArrayList<>();
        List<RoundMetrics> rounds = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void epochDone(EpochMetrics metrics) {
                epochs.add(metrics);
            }

            @Override
            public void roundDone(RoundMetrics metrics) {
                rounds.add(metrics);
            }
        };
        LearningRateSchedule constant = new LearningRateSchedule.Constant();
        Checkpoint stock = train(config(Averager.STOCK, 2, 3, 4, 2, plain, constant, List.of()), listener);
        assertThat(epochs).hasSize(2);
        assertThat(epochs).allSatisfy(epoch -> {
            assertThat(epoch.examples()).isLessThan(IMAGES).isPositive();
            assertThat(epoch.validation()).isPresent();
        });
        assertThat(rounds.stream()
                        .mapToLong(round -> round.learning().examples())
                        .sum())
                .isEqualTo(stock.position().examples());
        assertThat(stock.position().epoch()).isEqualTo(2);

        Checkpoint ours = train(config(Averager.SLICED, 2, 3, 4, 2, plain, constant, List.of()));
        assertThat(ours.position().examples()).isEqualTo(2L * IMAGES);
    }

    @Test
    void whatTheStockMasterCannotDoIsRefusedTogether() {
        TrainConfig config = config(
                Averager.STOCK,
                2,
                3,
                4,
                1,
                new OptimizerConfig.Sgd(0.9, Momentum.CLASSIC, 0, DecayScope.ALL),
                new LearningRateSchedule.WarmUp(1, new LearningRateSchedule.Constant()),
                List.of("stem"));
        assertThatThrownBy(() -> TrainingLoop.run(spark, config, Resume.CONTINUE, List.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("--resume", "freeze", "nesterov", "schedule");
    }
}
