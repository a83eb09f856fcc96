package io.resnetspark.pipeline.training.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ParameterLayout.Segment;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.image.augment.Augmentation;
import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.pipeline.dataset.TestDatasets;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.LearningRateFactors;
import io.resnetspark.pipeline.training.ModelConfig.FrozenFeatures;
import io.resnetspark.pipeline.training.OnDivergence;
import io.resnetspark.pipeline.training.Resume;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The laws of training a part of a network from the weights of another run. */
@Tag("full")
class TransferLearningIT {

    @TempDir
    static Path folder;

    private static SparkSession spark;
    private static String dataset;
    private static String pretrained;

    @BeforeAll
    static void pretrain() {
        spark = TestDatasets.spark();
        dataset = TestDatasets.small();
        pretrained = folder.resolve("pretrained").toString();
        train(config(pretrained, Optional.empty(), List.of(), FrozenFeatures.CACHED, 2));
    }

    private static TrainConfig config(
            String output, Optional<String> weights, List<String> freeze, FrozenFeatures features, int epochs) {
        TrainConfig base = SmallTraining.config(dataset, output, epochs, 0.02, OnDivergence.standard());
        return base.withDataset(base.dataset().withAugmentation(Augmentation.none()))
                .withModel(base.model().withWeights(weights).withFreeze(freeze).withFrozenFeatures(features))
                .withOptimization(base.optimization()
                        .withFactors(new LearningRateFactors(3, 1))
                        .withSchedule(new LearningRateSchedule.Cosine()))
                .withRun(base.run().withKeepCheckpoints(3));
    }

    private static TrainConfig transfer(String name, List<String> freeze, FrozenFeatures features) {
        return config(folder.resolve(name).toString(), Optional.of(pretrained), freeze, features, 3);
    }

    private static Checkpoint train(TrainConfig config, TrainingListener... listeners) {
        TrainingLoop.run(spark, config, Resume.CONTINUE, List.of(listeners));
        return run(config.run().output()).newestCheckpoint().orElseThrow();
    }

    private static RunDirectory run(String path) {
        return RunDirectory.at(path, spark.sessionState().newHadoopConf());
    }

    /** Keeps what the epochs of a training measured. */
    private static final class Epochs implements TrainingListener {
        private final List<EpochMetrics> metrics = new ArrayList<>();

        @Override
        public void epochDone(EpochMetrics epoch) {
            metrics.add(epoch);
        }
    }

    @Test
    void aHeadOnCachedFeaturesEqualsOneTrainedOnImages() {
        List<String> backbone = List.of("stem", "layer1", "layer2", "layer3");
        Epochs cachedEpochs = new Epochs();
        Epochs recomputedEpochs = new Epochs();
        TrainConfig cachedConfig = transfer("cached", backbone, FrozenFeatures.CACHED);
        Checkpoint cached = train(cachedConfig, cachedEpochs);
        Checkpoint recomputed =
                train(transfer("recomputed", List.of("backbone"), FrozenFeatures.RECOMPUTED), recomputedEpochs);

        float[] expected = recomputed.state().parameters();
        float[] actual = cached.state().parameters();
        float[] before = run(pretrained).model().state().parameters();
        for (Segment segment : ParameterLayout.of(cached.card().spec()).segments()) {
            boolean head = segment.vertex().equals(ResNet.LOGITS);
            double moved = 0;
            for (int i = segment.offset(); i < segment.end(); i++) {
                assertThat(actual[i]).as(segment.key()).isCloseTo(expected[i], within(1e-5f));
                moved = Math.max(moved, Math.abs(actual[i] - before[i]));
                if (!head) {
                    assertThat(actual[i]).as(segment.key()).isEqualTo(before[i]);
                    assertThat(expected[i]).as(segment.key()).isEqualTo(before[i]);
                }
            }
            assertThat(moved > 1e-3).as(segment.key()).isEqualTo(head);
        }
        assertThat(cached.position()).isEqualTo(recomputed.position());
        for (int epoch = 0; epoch < 3; epoch++) {
            EpochMetrics one = cachedEpochs.metrics.get(epoch);
            EpochMetrics other = recomputedEpochs.metrics.get(epoch);
            assertThat(one.loss()).isCloseTo(other.loss(), within(1e-5));
            assertThat(one.validation().orElseThrow().loss())
                    .isCloseTo(other.validation().orElseThrow().loss(), within(1e-5));
        }
        assertThat(Files.exists(Path.of(cachedConfig.run().output(), "features")))
                .isFalse();
    }

    @Test
    void aResumedHeadEqualsTheUninterruptedOne() {
        TrainConfig whole = transfer("head-uninterrupted", List.of("backbone"), FrozenFeatures.CACHED);
        TrainConfig interrupted = transfer("head-interrupted", List.of("backbone"), FrozenFeatures.CACHED);
        Checkpoint uninterrupted = train(whole);
        TrainingListener pullsThePlug = new TrainingListener() {
            @Override
            public void roundDone(RoundMetrics metrics) {
                if (metrics.epoch() == 1) {
                    throw new IllegalStateException("the plug is pulled in the second epoch");
                }
            }
        };
        assertThatThrownBy(() -> train(interrupted, pullsThePlug)).hasMessageContaining("plug");
        assertThat(train(interrupted).state()).isEqualTo(uninterrupted.state());
    }

    /** With momentum, weight decay and batch norms in the frozen stages. */
    @Test
    void frozenStagesKeepEveryValueAndTheOthersLearn() {
        List<String> frozen = List.of("stem", "layer1", "layer2");
        Checkpoint trained = train(transfer("partly", frozen, FrozenFeatures.CACHED));
        float[] before = run(pretrained).model().state().parameters();
        float[] after = trained.state().parameters();
        for (Segment segment : ParameterLayout.of(trained.card().spec()).segments()) {
            boolean changed = false;
            for (int i = segment.offset(); i < segment.end(); i++) {
                changed |= before[i] != after[i];
            }
            boolean learns =
                    segment.vertex().startsWith("layer3") || segment.vertex().equals(ResNet.LOGITS);
            assertThat(changed).as(segment.key()).isEqualTo(learns);
        }
    }
}
