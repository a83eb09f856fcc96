package io.resnetspark.pipeline.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.dataset.TestDatasets;
import io.resnetspark.pipeline.evaluation.HeadlessBrowser;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.OnDivergence;
import io.resnetspark.pipeline.training.SlowMomentum;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.loop.SmallTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Experiments on small images: what they train, how they go on, and what they leave. */
@Tag("full")
class ExperimentIT {

    private static final String NETWORK = "cifar-resnet20+blocks=1-1-1+widths=8-8-16";
    private static final String PLAIN = "cifar-plain20+blocks=1-1-1+widths=8-8-16";

    @TempDir
    static Path folder;

    private static SparkSession spark;
    private static String dataset;

    @BeforeAll
    static void findImages() {
        spark = TestDatasets.spark();
        dataset = TestDatasets.small();
    }

    private static TrainConfig training() {
        TrainConfig base = SmallTraining.config("", "", 4, 0.05, OnDivergence.standard());
        return base.withModel(base.model().withArch(""))
                .withAveraging(base.averaging().withWorkers(1))
                .withOptimization(base.optimization()
                        .withBatchSize(8)
                        .withSchedule(new LearningRateSchedule.Step(List.of(2.0, 3.0), 0.1))
                        .withOptimizer(new OptimizerConfig.Sgd(0.9, Momentum.NESTEROV, 1e-4, DecayScope.ALL)))
                .withSeed(1);
    }

    private static ExperimentConfig config(Path output, List<Long> seeds) {
        return config(output, seeds, 2, Optional.empty());
    }

    private static ExperimentConfig config(
            Path output, List<Long> seeds, int epochs, Optional<List<String>> chosenNetworks) {
        List<String> networks = List.of(NETWORK, PLAIN);
        return new ExperimentConfig(
                dataset,
                output.toString(),
                new ExperimentConfig.Scale(Optional.of(32), Optional.of(epochs), seeds, chosenNetworks, Split.VAL),
                new Degradation(networks, training()),
                new DepthVsWidth(networks, List.of(1, 2), training()),
                new BatchNormBenefit(networks, List.of(0.001, 1e30), training()),
                new AveragingCost(
                        List.of(NETWORK),
                        List.of(1, 2),
                        List.of(1, 4),
                        new AveragingCost.PostLocal(0.5, 2),
                        new AveragingCost.BlockMomentum(2, new SlowMomentum(0.5, 1)),
                        training()));
    }

    private static List<String> run(
            ExperimentConfig config, ExperimentConfig.Name name, TrainingListener... listeners) {
        List<String> said = new ArrayList<>();
        ExperimentRunner.run(spark, config, name, said::add, List.of(listeners));
        return said;
    }

    private static JsonNode report(Path output) throws IOException {
        return new ObjectMapper().readTree(output.resolve("experiment.json").toFile());
    }

    /** Everything but times, in a fixed order. */
    private static List<String> results(Path output) {
        Dataset<Row> table =
                spark.read().parquet(output.resolve("results.parquet").toString());
        return table.drop("seconds")
                .withColumn("axes", functions.to_json(functions.col("axes")))
                .orderBy("training", "seed", "epoch")
                .toJSON()
                .collectAsList();
    }

    @Test
    void aKilledExperimentContinuesToTheSameResults() throws IOException {
        Path whole = folder.resolve("whole");
        run(config(whole, List.of(1L, 2L)), ExperimentConfig.Name.DEGRADATION);
        assertThat(results(whole)).hasSize(2 * 2 * 2);

        Path killed = folder.resolve("killed");
        TrainingListener pullsThePlug = new TrainingListener() {
            private int epochs;

            @Override
            public void epochDone(EpochMetrics metrics) {
                epochs++;
            }

            @Override
            public void roundDone(io.resnetspark.pipeline.training.RoundMetrics metrics) {
                if (epochs == 3) {
                    throw new IllegalStateException("the plug is pulled in the second epoch of the second training");
                }
            }
        };
        assertThatThrownBy(() -> run(config(killed, List.of(1L, 2L)), ExperimentConfig.Name.DEGRADATION, pullsThePlug))
                .hasMessageContaining("plug");
        assertThat(report(killed).path("done").asInt()).isEqualTo(1);
        List<Integer> epochsTrainedAgain = new ArrayList<>();
        List<String> said =
                run(config(killed, List.of(1L, 2L)), ExperimentConfig.Name.DEGRADATION, new TrainingListener() {
                    @Override
                    public void epochDone(EpochMetrics metrics) {
                        epochsTrainedAgain.add(metrics.epoch());
                    }
                });
        assertThat(said.get(0)).endsWith("kept");
        assertThat(epochsTrainedAgain)
                .as("the second training goes on where it was")
                .containsExactly(2, 1, 2, 1, 2);
        assertThat(results(killed)).isEqualTo(results(whole));
        assertThat(report(killed).path("done").asInt()).isEqualTo(4);
    }

    @Test
    void seedsCanBeAddedButSettingsMustStay() throws IOException {
        Path output = folder.resolve("grown");
        run(config(output, List.of(1L)), ExperimentConfig.Name.DEGRADATION);
        List<String> said = run(config(output, List.of(1L, 5L)), ExperimentConfig.Name.DEGRADATION);
        assertThat(said).filteredOn(line -> line.endsWith("kept")).hasSize(2);
        assertThat(report(output).path("planned").asInt()).isEqualTo(4);

        ExperimentConfig longer = config(output, List.of(1L), 3, Optional.empty());
        assertThatThrownBy(() -> run(longer, ExperimentConfig.Name.DEGRADATION))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("other settings");
        assertThatThrownBy(() -> run(config(output, List.of(1L)), ExperimentConfig.Name.AVERAGING))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("degradation");
    }

    @Test
    void divergenceIsAResult() throws IOException {
        Path output = folder.resolve("diverging");
        ExperimentConfig config = config(output, List.of(1L), 2, Optional.of(List.of(NETWORK)));
        run(config, ExperimentConfig.Name.BATCH_NORM);
        JsonNode trainings = report(output).path("trainings");
        assertThat(trainings).hasSize(4);
        for (JsonNode training : trainings) {
            boolean tooFast = training.path("axes").path("learning rate").asDouble() > 1;
            assertThat(training.path("diverged").asInt()).isEqualTo(tooFast ? 1 : 0);
            assertThat(training.path("results").path("train_error").path("mean").isNull())
                    .isEqualTo(tooFast);
        }
        assertThat(run(config, ExperimentConfig.Name.BATCH_NORM)).allMatch(line -> line.endsWith("kept"));
    }

    /** Two epochs of four steps: what a worker sends is the same each time it is averaged. */
    @Test
    void averagingLessOftenMovesLessAndSeesTheSameImages() {
        Path output = folder.resolve("averaging");
        run(config(output, List.of(1L)), ExperimentConfig.Name.AVERAGING);
        Map<String, Row> ends = spark
                .read()
                .parquet(output.resolve("results.parquet").toString())
                .where("epoch = 2")
                .collectAsList()
                .stream()
                .collect(Collectors.toMap(
                        row -> row.<String>getAs("training").substring(NETWORK.length() + 2), row -> row));
        assertThat(ends)
                .containsOnlyKeys(
                        "1 worker, none",
                        "2 workers, every 1",
                        "2 workers, every 4",
                        "2 workers, post-local 2",
                        "2 workers, slow momentum 2");
        assertThat(ends.values())
                .allSatisfy(row -> assertThat(row.<Long>getAs("images")).isEqualTo(64));
        long often = ends.get("2 workers, every 1").<Long>getAs("worker_bytes");
        assertThat(often).isPositive();
        assertThat(ends.get("2 workers, every 4").<Long>getAs("worker_bytes")).isEqualTo(often / 4);
        assertThat(ends.get("2 workers, post-local 2").<Long>getAs("worker_bytes"))
                .isEqualTo(often * 3 / 4);
        assertThat(ends.get("2 workers, slow momentum 2").<Long>getAs("worker_bytes"))
                .isEqualTo(often / 2);
    }

    @Test
    void pagesDrawThemselvesWithoutErrors() throws Exception {
        Optional<HeadlessBrowser> browser = HeadlessBrowser.onPath();
        assumeTrue(browser.isPresent(), "needs chromium or google-chrome on the PATH");
        Path output = folder.resolve("depth");
        run(config(output, List.of(1L, 2L)), ExperimentConfig.Name.DEPTH_VS_WIDTH);
        HeadlessBrowser.Visit visit = browser.get()
                .visit(
                        Files.readString(output.resolve("index.html")),
                        "",
                        Files.createDirectory(folder.resolve("visit")));
        assertThat(visit.console()).isEmpty();
        assertThat(visit.dom())
                .contains("Depth against width", "8 of 8", "Seide", "Validation error at the end")
                .doesNotContain("http-equiv=\"refresh\"");
        assertThat(visit.dom().split("<svg", -1)).hasSize(1 + 2);
    }

    @Test
    void schedulesAreStretchedToTheLength() {
        ExperimentConfig config = config(folder.resolve("unused"), List.of(1L));
        TrainConfig train = config.experiment(ExperimentConfig.Name.DEGRADATION)
                .trainings()
                .get(0)
                .config();
        assertThat(train.optimization().epochs()).isEqualTo(2);
        assertThat(train.optimization().schedule()).isEqualTo(new LearningRateSchedule.Step(List.of(1.0, 1.5), 0.1));
        assertThat(train.dataset().images()).contains(32);
    }
}
