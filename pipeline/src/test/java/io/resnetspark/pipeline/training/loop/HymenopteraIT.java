package io.resnetspark.pipeline.training.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.image.augment.Augmentation;
import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.PrepareConfig.ResizeRule;
import io.resnetspark.pipeline.dataset.PrepareConfig.SourceFormat;
import io.resnetspark.pipeline.dataset.TestDatasets;
import io.resnetspark.pipeline.dataset.prepare.PrepareJob;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.OnDivergence;
import io.resnetspark.pipeline.training.Resume;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transfer learning on real photographs, by the recipe of {@code conf/examples/transfer-learning.conf}. */
@EnabledIfEnvironmentVariable(
        named = "RESNET_TEST_DATA",
        matches = ".+",
        disabledReason = "RESNET_TEST_DATA does not name the folder of real test data")
@Tag("full")
class HymenopteraIT {

    @TempDir
    static Path folder;

    private static SparkSession spark;
    private static String dataset;

    private static String data(String name) {
        return Path.of(System.getenv("RESNET_TEST_DATA")).resolve(name).toString();
    }

    @BeforeAll
    static void prepare() {
        spark = TestDatasets.spark();
        dataset = folder.resolve("dataset").toString();
        PrepareJob.run(
                spark,
                PrepareConfig.of(data("hymenoptera_data"), SourceFormat.IMAGE_FOLDER, dataset)
                        .withResize(ResizeRule.SHORTER_SIDE, 256));
    }

    /** Logistic regression on the same features has 144 of the 153 validation photos right, 94.1 %. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void aNewHeadTellsAntsFromBees(long seed) {
        TrainConfig base = SmallTraining.config(
                dataset, folder.resolve("run-" + seed).toString(), 30, 0.01, OnDivergence.standard());
        TrainConfig config = base.withDataset(base.dataset().withAugmentation(Augmentation.none()))
                .withModel(base.model()
                        .withArch("resnet18")
                        .withInputSize(Optional.empty())
                        .withWeights(Optional.of(data("weights/ktb_resnet18_small.pth")))
                        .withFreeze(List.of("backbone")))
                .withAveraging(base.averaging().withAveragingFrequency(10))
                .withOptimization(base.optimization()
                        .withBatchSize(16)
                        .withSchedule(new LearningRateSchedule.Cosine())
                        .withOptimizer(new OptimizerConfig.Sgd(0.9, Momentum.NESTEROV, 5e-4, DecayScope.ALL)))
                .withCompute(base.compute().withThreadsPerWorker(0))
                .withRun(base.run().withCheckpointEveryEpochs(1000).withKeepCheckpoints(1))
                .withSeed(seed);
        List<EpochMetrics> epochs = new ArrayList<>();
        TrainingLoop.run(spark, config, Resume.NEW_RUN, List.of(new TrainingListener() {
            @Override
            public void epochDone(EpochMetrics metrics) {
                epochs.add(metrics);
            }
        }));
        EpochMetrics.Validation last =
                epochs.get(epochs.size() - 1).validation().orElseThrow();
        assertThat(last.examples()).isEqualTo(153);
        assertThat(last.accuracy()).isGreaterThanOrEqualTo(0.93);
    }
}
