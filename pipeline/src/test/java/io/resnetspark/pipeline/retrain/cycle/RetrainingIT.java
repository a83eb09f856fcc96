package io.resnetspark.pipeline.retrain.cycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.image.augment.Augmentation;
import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.PrepareConfig.SourceFormat;
import io.resnetspark.pipeline.dataset.PrepareConfig.SplitOrigin;
import io.resnetspark.pipeline.dataset.TestDatasets;
import io.resnetspark.pipeline.evaluation.EvaluateConfig;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.registry.RegisteredModel;
import io.resnetspark.pipeline.registry.RegistryLocation;
import io.resnetspark.pipeline.retrain.CycleSummary;
import io.resnetspark.pipeline.retrain.CycleSummary.Verdict;
import io.resnetspark.pipeline.retrain.Ledger;
import io.resnetspark.pipeline.retrain.Portion;
import io.resnetspark.pipeline.retrain.Portion.Fate;
import io.resnetspark.pipeline.retrain.RetrainConfig;
import io.resnetspark.pipeline.retrain.RetrainConfig.Admission;
import io.resnetspark.pipeline.retrain.RetrainConfig.Challenger;
import io.resnetspark.pipeline.retrain.RetrainConfig.NewClasses;
import io.resnetspark.pipeline.retrain.RetrainConfig.Start;
import io.resnetspark.pipeline.retrain.RetrainConfig.Trigger;
import io.resnetspark.pipeline.retrain.RetrainSettings;
import io.resnetspark.pipeline.retrain.RetrainStep;
import io.resnetspark.pipeline.retrain.TestSet;
import io.resnetspark.pipeline.retrain.cycle.DailyImages.Flaw;
import io.resnetspark.pipeline.retrain.promotion.PromotionPolicy;
import io.resnetspark.pipeline.retrain.step.TrainResult;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.Lease;
import io.resnetspark.pipeline.storage.LeaseLock;
import io.resnetspark.pipeline.training.OnDivergence;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.loop.SmallTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Some days of retraining on small pictures, with a real network, dataset and registry. */
@Tag("full")
class RetrainingIT {

    private static final String MODEL = "shades";

    @TempDir
    Path folder;

    private final SparkSession spark = TestDatasets.spark();
    private DailyImages days;

    @BeforeEach
    void firstDay() throws IOException {
        days = new DailyImages(folder.resolve("incoming"));
        days.first("day-01", 48, 40);
    }

    private RetrainSettings settings(String world, List<String> release) {
        String root = folder.resolve(world).toString();
        RetrainConfig retrain = new RetrainConfig(
                new RetrainConfig.Intake(
                        folder.resolve("incoming").toString(),
                        Optional.empty(),
                        NewClasses.REFUSE,
                        release,
                        List.of(),
                        new Admission(0.6)),
                new RetrainConfig.Places(root + "/dataset", Optional.empty(), root + "/work", MODEL),
                new Trigger(20, 10, 0.25, 0.25, 0.2),
                new Challenger(Start.CHAMPION, 1, 1, 0.005),
                new PromotionPolicy(0.6, -0.05, -0.2, -1, 0.3, 10, 1, 1, 100, Optional.empty()),
                new RetrainConfig.Lock(Duration.ofMinutes(5), Duration.ZERO),
                new RetrainConfig.Webhook(Optional.empty(), Duration.ofSeconds(1), 1, Duration.ZERO));
        TrainConfig base = SmallTraining.config(
                retrain.places().dataset(), retrain.places().work(), 12, 0.05, OnDivergence.standard());
        TrainConfig train = base.withDataset(base.dataset().withAugmentation(Augmentation.none()))
                .withOptimization(base.optimization()
                        .withBatchSize(8)
                        .withSchedule(new LearningRateSchedule.Cosine())
                        .withOptimizer(new OptimizerConfig.Sgd(
                                0.9, OptimizerConfig.Sgd.Momentum.NESTEROV, 1e-4, OptimizerConfig.DecayScope.ALL)));
        return new RetrainSettings(
                retrain,
                PrepareConfig.of(
                                "replaced",
                                SourceFormat.IMAGE_FOLDER,
                                retrain.places().dataset())
                        .withSplit(new PrepareConfig.Splits(SplitOrigin.SOURCE, 0.8, 0, 0.2, 0, 0)),
                train,
                EvaluateConfig.standard());
    }

    private RetrainOutcome run(String world, StepListener listener, String... release) {
        RegistryLocation.set(
                spark.sparkContext().hadoopConfiguration(),
                folder.resolve(world).resolve("registry").toString());
        return Retraining.run(spark, settings(world, List.of(release)), Map.of("test", "1"), listener, List.of());
    }

    private CycleSummary finish(String world, String... release) {
        return ((RetrainOutcome.Finished) run(world, StepListener.NONE, release)).summary();
    }

    private RegisteredModel model(String world) {
        return ModelRegistry.at(folder.resolve(world).resolve("registry").toString(), new Configuration())
                .model(MODEL);
    }

    private Ledger ledger(String world) {
        return new WorkDirectory(folder.resolve(world).resolve("work").toString(), new Configuration()).ledger();
    }

    private Map<String, Fate> fates(String world) {
        return ledger(world).portions().stream().collect(Collectors.toMap(Portion::batch, Portion::fate));
    }

    private static byte[] weights(RegisteredModel model) {
        return model.version("champion").read("model.safetensors");
    }

    @Test
    void goodDaysArePromotedPoisonedOnesKeptOutAndNothingIsLost() throws Exception {
        CycleSummary first = finish("world");
        assertThat(first.outcome().verdict())
                .as("%s", first.outcome().reasons())
                .isEqualTo(Verdict.PROMOTED);
        assertThat(model("world").state().champion()).contains(1);
        TestSet frozen = ledger("world").testSet().orElseThrow();
        assertThat(frozen.images()).isEqualTo(40);

        assertThat(run("world", StepListener.NONE)).as("the same again").isInstanceOf(RetrainOutcome.NothingNew.class);
        assertThat(ledger("world").lastCycle()).isEqualTo(1);

        days.day("day-02", 2, 40, Flaw.LABELS_SWAPPED);
        CycleSummary poisoned = finish("world");
        assertThat(poisoned.outcome().verdict()).isEqualTo(Verdict.REFUSED);
        assertThat(poisoned.outcome().reasons()).singleElement().asString().contains("labels may be mixed up");
        assertThat(page(poisoned)).contains("labels may be mixed up");

        days.day("day-03", 3, 40, Flaw.CORRUPTED);
        CycleSummary corrupted = finish("world");
        assertThat(corrupted.outcome().verdict()).isEqualTo(Verdict.REFUSED);
        assertThat(corrupted.outcome().reasons())
                .singleElement()
                .asString()
                .contains("day-03 was refused")
                .contains("rejected");
        assertThat(corrupted.data().datasetVersion()).isEqualTo(poisoned.data().datasetVersion());

        days.day("day-04", 4, 8, Flaw.NONE);
        assertThat(finish("world").outcome().verdict()).as("too few images").isEqualTo(Verdict.WAITED);
        assertThat(fates("world")).containsEntry("day-04", Fate.PENDING);

        days.day("day-05", 5, 40, Flaw.NONE);
        days.leak("day-01", "day-05b", 3);
        CycleSummary good = finish("world");
        assertThat(good.outcome().verdict()).as("%s", good.outcome().reasons()).isEqualTo(Verdict.PROMOTED);
        assertThat(model("world").state().champion()).contains(2);
        assertThat(fates("world"))
                .containsEntry("day-01", Fate.ACCEPTED)
                .containsEntry("day-02", Fate.QUARANTINED)
                .containsEntry("day-04", Fate.ACCEPTED)
                .containsEntry("day-05", Fate.ACCEPTED)
                .doesNotContainKey("day-03");
        assertThat(ledger("world").testSet()).contains(frozen);
        assertThat(ledger("world").portions().stream()
                        .filter(portion -> portion.batch().equals("day-05b"))
                        .mapToInt(portion -> portion.leaked().size())
                        .sum())
                .as("copies of test images in other files")
                .isEqualTo(6);
        TrainResult trained = trained(good);
        assertThat(trained.selection().shares().keySet())
                .doesNotContain(version("day-02"))
                .contains(version("day-01"), version("day-04"), version("day-05"));
        assertThat(trained.selection().excluded()).hasSize(6);

        assertThat(model("world").rollback("test")).isEqualTo(1);
        CycleSummary released = finish("world", "day-02");
        assertThat(released.contest().championVersion())
                .as("what was rolled back to")
                .contains(1);
        assertThat(trained(released).selection().shares()).containsEntry(version("day-02"), 1.0);
        assertThat(ImageDataset.open(spark, folder.resolve("world/dataset").toString())
                        .manifest()
                        .content()
                        .images())
                .as("every readable image of every day, once")
                .isEqualTo(48 + 40 + 40 + 8 + 40 + 6);
        assertThat(Files.readString(folder.resolve("world/work/index.html"))).contains("day-05b");
    }

    private int version(String batch) {
        return ledger("world").portions().stream()
                .filter(portion -> portion.batch().equals(batch))
                .findFirst()
                .orElseThrow()
                .version();
    }

    private TrainResult trained(CycleSummary cycle) {
        return new WorkDirectory(folder.resolve("world/work").toString(), new Configuration())
                .steps(cycle.number())
                .result(RetrainStep.TRAIN, TrainResult.class)
                .orElseThrow();
    }

    private static String page(CycleSummary cycle) throws IOException {
        return Files.readString(Path.of(java.net.URI.create(cycle.outcome().report())));
    }

    @Test
    void aRunKilledInEveryStepEndsAsOneThatWasNot() throws Exception {
        finish("undisturbed");
        FileUtils.copyDirectory(
                folder.resolve("undisturbed").toFile(), folder.resolve("killed").toFile());
        days.day("day-02", 2, 40, Flaw.NONE);
        CycleSummary expected = finish("undisturbed");
        assertThat(expected.outcome().verdict())
                .as("%s", expected.outcome().reasons())
                .isEqualTo(Verdict.PROMOTED);

        for (RetrainStep step : RetrainStep.values()) {
            assertThatThrownBy(() -> run("killed", dyingIn(step)))
                    .as(step.label())
                    .isInstanceOf(Killed.class);
        }
        CycleSummary last = finish("killed");

        assertThat(last.outcome().verdict()).isEqualTo(expected.outcome().verdict());
        assertThat(last.number()).isEqualTo(expected.number());
        assertThat(last.contest().newVersion()).isEqualTo(expected.contest().newVersion());
        assertThat(model("killed").state().versions().keySet())
                .isEqualTo(model("undisturbed").state().versions().keySet());
        assertThat(weights(model("killed"))).isEqualTo(weights(model("undisturbed")));
        assertThat(fates("killed")).isEqualTo(fates("undisturbed"));
        assertThat(ledger("killed").cycles()).hasSize(2);
        assertThat(run("killed", StepListener.NONE)).isInstanceOf(RetrainOutcome.NothingNew.class);
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static StepListener dyingIn(RetrainStep wanted) {
        return new StepListener() {
            @Override
            public void worked(RetrainStep step) {
                if (step == wanted) {
                    throw new Killed();
                }
            }
        };
    }

    @Test
    void whileSomebodyHoldsTheLockNothingHappens() {
        AtomicStore lock = AtomicStore.at(folder.resolve("world/work/lock").toString(), new Configuration());
        try (Lease held = LeaseLock.in(lock, Duration.ofMinutes(1)).tryAcquire().orElseThrow()) {
            assertThat(run("world", StepListener.NONE))
                    .isInstanceOfSatisfying(RetrainOutcome.Locked.class, locked -> assertThat(locked.holder())
                            .contains("process"));
            held.check();
        }
        assertThat(folder.resolve("world/dataset")).doesNotExist();
    }
}
