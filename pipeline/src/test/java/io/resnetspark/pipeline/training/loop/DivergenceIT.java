package io.resnetspark.pipeline.training.loop;

import static io.resnetspark.pipeline.training.loop.SmallTraining.plugPulledAfter;
import static io.resnetspark.pipeline.training.loop.SmallTraining.run;
import static io.resnetspark.pipeline.training.loop.SmallTraining.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.error.DivergedException;
import io.resnetspark.pipeline.dataset.TestDatasets;
import io.resnetspark.pipeline.evaluation.LiveRunPage;
import io.resnetspark.pipeline.run.ReturnToCheckpoint;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.training.MetricsFile;
import io.resnetspark.pipeline.training.OnDivergence;
import io.resnetspark.pipeline.training.OnDivergence.Action;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Losses that explode in real trainings: at a learning rate of a million, within a round or two, but finite. */
@Tag("full")
class DivergenceIT {

    private static final double SANE = 0.02;
    private static final double TOO_HIGH = 1e6;
    private static final OnDivergence STOP = OnDivergence.standard();
    private static final OnDivergence GO_BACK = new OnDivergence(Action.RETURN, 20, SANE / TOO_HIGH, 2);

    @TempDir
    static Path folder;

    private static SparkSession spark;
    private static String dataset;

    @BeforeAll
    static void findImages() {
        spark = TestDatasets.spark();
        dataset = TestDatasets.small(); // 4 steps, 2 rounds an epoch
    }

    private static TrainConfig config(String name, int epochs, double learningRate, OnDivergence onDivergence) {
        return SmallTraining.config(dataset, folder.resolve(name).toString(), epochs, learningRate, onDivergence);
    }

    private static void assertNothingIsPoisoned(RunDirectory run) {
        assertThat(MetricsFile.read(run).rounds())
                .allSatisfy(round -> assertThat(round.learning().loss()).isLessThan(20));
        for (String name : run.checkpoints()) {
            for (float value : run.readCheckpoint(name).state().parameters()) {
                assertThat(Math.abs(value)).isLessThan(1e4f);
            }
        }
    }

    @Test
    void anExplodingLossEndsTheTrainingBeforeItIsANumberNoMore() {
        TrainConfig sane = config("stops", 2, SANE, STOP);
        Checkpoint before = train(spark, sane);

        TrainConfig exploding = config("stops", 5, TOO_HIGH, STOP);
        assertThatThrownBy(() -> train(spark, exploding))
                .isInstanceOf(DivergedException.class)
                .hasMessageContaining("counts as exploded")
                .hasMessageContaining("learning-rate");
        RunDirectory run = run(spark, exploding);
        assertThat(run.manifest().progress().status()).isEqualTo(TrainingStatus.DIVERGED);
        assertThat(run.newestCheckpoint().orElseThrow().state()).isEqualTo(before.state());
        assertThat(train(spark, config("stops", 3, SANE, STOP)).position().epoch())
                .as("the run can be continued at a sane rate")
                .isEqualTo(3);
        assertNothingIsPoisoned(run);
    }

    /** The first round after the checkpoint of epoch 2 explodes, so that one is not trusted either. */
    @Test
    void goingBackIsResumingTheLastGoodCheckpointAtTheLowerRate() {
        train(spark, config("expected", 1, SANE, STOP));
        TrainConfig lowered = config("expected", 4, TOO_HIGH * GO_BACK.rateFactor(), STOP);
        Checkpoint expected = train(spark, lowered);

        train(spark, config("returns", 2, SANE, STOP));
        TrainConfig exploding = config("returns", 4, TOO_HIGH, GO_BACK);
        List<ReturnToCheckpoint> heard = new ArrayList<>();
        TrainingListener hears = new TrainingListener() {
            @Override
            public void returned(ReturnToCheckpoint made) {
                heard.add(made);
            }
        };
        LiveRunPage page =
                new LiveRunPage(exploding.run().output(), spark.sessionState().newHadoopConf());
        Checkpoint returned = train(spark, exploding, hears, page);

        assertThat(returned.state()).isEqualTo(expected.state());
        assertThat(returned.position()).isEqualTo(expected.position());
        RunDirectory run = run(spark, exploding);
        assertThat(run.manifest().progress().status()).isEqualTo(TrainingStatus.DONE);
        assertThat(run.manifest().progress().returns()).isEqualTo(heard).hasSize(1);
        assertThat(heard.get(0).divergedRound()).isEqualTo(5);
        assertThat(heard.get(0).round()).isEqualTo(2);
        assertThat(MetricsFile.read(run).returns()).hasSize(1);
        assertThat(Path.of(exploding.run().output(), "report", "index.html"))
                .content()
                .contains("back to the checkpoint of round 2", "\"status\":\"done\"")
                .doesNotContain("http-equiv=\"refresh\"");
        assertThat(MetricsFile.read(run).rounds())
                .hasSameSizeAs(MetricsFile.read(run(spark, lowered)).rounds());
        assertThat(run.best()).isEqualTo(run(spark, lowered).best());
        assertThat(run.checkpoints()).isEqualTo(run(spark, lowered).checkpoints());
        assertNothingIsPoisoned(run);
    }

    @Test
    void withoutAGoodCheckpointItBeginsAgainAndTheLowerRateSurvivesAResume() {
        Checkpoint expected = train(spark, config("from the start", 3, TOO_HIGH * GO_BACK.rateFactor(), STOP));

        TrainConfig exploding = config("interrupted", 3, TOO_HIGH, GO_BACK);
        assertThatThrownBy(() -> train(spark, exploding, plugPulledAfter(5))).hasMessageContaining("plug");
        assertThat(run(spark, exploding).manifest().progress().returns()).hasSize(1);
        Checkpoint resumed = train(spark, exploding);

        assertThat(resumed.state()).isEqualTo(expected.state());
        assertThat(run(spark, exploding).manifest().progress().returns()).hasSize(1);
        assertNothingIsPoisoned(run(spark, exploding));
    }

    @Test
    void itGoesBackAsOftenAsAllowedAndNoOftener() {
        OnDivergence stubborn = new OnDivergence(Action.RETURN, 20, 0.9, 2);
        TrainConfig config = config("stubborn", 3, TOO_HIGH, stubborn);
        assertThatThrownBy(() -> train(spark, config))
                .isInstanceOf(DivergedException.class)
                .hasMessageContaining("went back 2 times");
        RunDirectory run = run(spark, config);
        assertThat(run.manifest().progress().status()).isEqualTo(TrainingStatus.DIVERGED);
        assertThat(run.manifest().progress().returns())
                .extracting(ReturnToCheckpoint::learningRateFactor)
                .containsExactly(0.9, 0.9 * 0.9);
        assertThat(run.checkpoints()).isEmpty();
    }
}
