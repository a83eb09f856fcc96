package io.resnetspark.pipeline.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.metrics.Interval;
import io.resnetspark.pipeline.dataset.TestDatasets;
import io.resnetspark.pipeline.evaluation.EvaluationReport.DatasetId;
import io.resnetspark.pipeline.inference.LinearSource;
import io.resnetspark.pipeline.inference.TestTimeAugmentation;
import io.resnetspark.pipeline.model.Precision;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Evaluation of a model that can be computed by hand, on a real Spark. */
class ClusterEvaluationIT {

    private static final List<String> LABELS = List.of("red", "green", "blue");
    private static final int SIZE = 4;

    private static final StructType SCHEMA = new StructType()
            .add("image_id", DataTypes.StringType)
            .add("label", DataTypes.IntegerType)
            .add("origin", DataTypes.StringType)
            .add("width", DataTypes.IntegerType)
            .add("height", DataTypes.IntegerType)
            .add("channels", DataTypes.IntegerType)
            .add("encoding", DataTypes.StringType)
            .add("bytes", DataTypes.BinaryType)
            .add("source", DataTypes.StringType);

    private static SparkSession spark;

    @BeforeAll
    static void start() {
        spark = TestDatasets.spark();
    }

    private static Row image(String id, int label, int red, int green, int blue, String source) {
        byte[] pixels = new byte[SIZE * SIZE * 3];
        for (int i = 0; i < pixels.length; i += 3) {
            pixels[i] = (byte) red;
            pixels[i + 1] = (byte) green;
            pixels[i + 2] = (byte) blue;
        }
        return RowFactory.create(id, label, "folder/" + id, SIZE, SIZE, 3, "raw", pixels, source);
    }

    /** Three reds, one of them taken for green; two greens; no blue. */
    private static List<Row> fiveImages() {
        return List.of(
                image("r1", 0, 255, 0, 0, "camera"),
                image("r2", 0, 255, 51, 0, "camera"),
                image("r3", 0, 0, 255, 0, "web"),
                image("g1", 1, 0, 255, 0, "web"),
                image("g2", 1, 102, 204, 0, null));
    }

    private static List<Row> manyImages(int count, long seed) {
        Random random = new Random(seed);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int label = random.nextInt(3);
            int[] colour = {random.nextInt(200), random.nextInt(200), random.nextInt(200)};
            colour[label] += 40;
            rows.add(image("id-%04d".formatted(i), label, colour[0], colour[1], colour[2], "s" + i % 4));
        }
        return rows;
    }

    private static EvaluationData data(List<Row> rows, long expected, int partitions) {
        return new EvaluationData(
                spark.createDataFrame(rows, SCHEMA).repartition(partitions),
                new DatasetId("colours", "colours-id", 2, "test"),
                expected,
                LABELS,
                Map.of("fingerprint", "abc"));
    }

    private static ModelUnderTest model(float scale) {
        return new ModelUnderTest("model-" + scale, LinearSource.brightestChannel(scale, SIZE), RunCurves.NONE);
    }

    private static EvaluateConfig config(boolean temperatureScaling, String... sliceBy) {
        return new EvaluateConfig(
                new EvaluateConfig.Inference(2, Precision.MODEL, TestTimeAugmentation.NONE),
                new EvaluateConfig.Analysis(15, temperatureScaling, List.of(sliceBy), 500, 1),
                new EvaluateConfig.Shown(10, 4, 10, 96),
                List.of());
    }

    private static ClusterEvaluation.Outcome run(EvaluateConfig config, EvaluationData data, ModelUnderTest... models) {
        return new ClusterEvaluation(spark, config)
                .run(data, List.of(models), Optional.empty(), Provenance.Stated.NOTHING);
    }

    @Test
    void numbersAreThoseComputedByHand() {
        ClusterEvaluation.Outcome outcome = run(config(false, "source"), data(fiveImages(), 5, 2), model(2));
        EvaluationReport report = outcome.report();
        assertThat(report.subject().examples()).isEqualTo(5);
        assertThat(report.scores().top1()).isEqualTo(0.8);
        assertThat(report.scores().top5()).isEqualTo(1);
        assertThat(report.classes().confusionMatrix()).isDeepEqualTo(new long[][] {{2, 1, 0}, {0, 2, 0}, {0, 0, 0}});
        // Logits are twice the channel's brightness.
        double loss =
                (loss(2, 2, 0, 0) + loss(2, 2, 0.4, 0) + loss(0, 0, 2, 0) + loss(2, 2, 0, 0) + loss(1.6, 0.8, 1.6, 0))
                        / 5;
        assertThat(report.scores().loss()).isCloseTo(loss, within(1e-6));
        assertThat(report.classes().perClass().get(0).quality().recall()).isEqualTo(2.0 / 3);
        assertThat(report.classes().perClass().get(0).quality().precision()).isEqualTo(1);
        assertThat(report.classes().perClass().get(2).quality().recall()).isNaN();
        assertThat(report.classes().perClass().get(0).quality().f1Ci95()).isEqualTo(Interval.f1(2, 0, 1));
        assertThat(report.findings().slices())
                .extracting(
                        EvaluationReport.Slice::value, EvaluationReport.Slice::examples, EvaluationReport.Slice::top1)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("camera", 2L, 1.0),
                        org.assertj.core.groups.Tuple.tuple("web", 2L, 0.5),
                        org.assertj.core.groups.Tuple.tuple("(none)", 1L, 1.0));
        assertThat(report.findings().mistakes()).hasSize(1);
        assertThat(report.findings().mistakes().get(0).imageId()).isEqualTo("r3");
        assertThat(report.findings().mistakes().get(0).predicted()).isEqualTo("green");
        assertThat(report.findings().mistakes().get(0).confidence())
                .isCloseTo(Math.exp(2) / (Math.exp(2) + 2), within(1e-6));
        assertThat(report.findings().suspectLabels())
                .extracting(EvaluationReport.SuspectLabel::imageId)
                .containsExactly("r3");
        assertThat(outcome.thumbnails().uris()).containsOnlyKeys("r3");
        assertThat(report.effort().workers()).hasSize(1);
        assertThat(report.effort().workers().get(0).images()).isEqualTo(5);
        assertThat(LinearSource.OPEN).as("networks left open").hasValue(0);
    }

    @Test
    void resultsDoNotDependOnPartitions() {
        List<Row> rows = manyImages(300, 5);
        String one = comparable(run(config(false, "source"), data(rows, 300, 1), model(3), model(-1)));
        for (int partitions : new int[] {2, 7}) {
            assertThat(comparable(run(config(false, "source"), data(rows, 300, partitions), model(3), model(-1))))
                    .isEqualTo(one);
        }
    }

    @Test
    void everyImageMustBeSeenExactlyOnce() {
        List<Row> twice = new ArrayList<>(fiveImages());
        twice.set(4, twice.get(0));
        assertThatThrownBy(() -> run(config(false), data(twice, 5, 2), model(1)))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("Evaluated 5 images, 4 of them different, of 5");
        assertThatThrownBy(() -> run(config(false), data(fiveImages(), 6, 2), model(1)))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("Evaluated 5 images, 5 of them different, of 6");
        assertThatThrownBy(() -> run(config(false), data(List.of(), 0, 1), model(1)))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("no images");
        assertThat(LinearSource.OPEN).as("networks left open").hasValue(0);
    }

    @Test
    void anUnreadableImageIsNamed() {
        List<Row> rows = new ArrayList<>(fiveImages());
        rows.add(RowFactory.create("bad", 0, "folder/bad.jpg", 1, 1, 3, "encoded", new byte[] {1, 2, 3}, "web"));
        assertThatThrownBy(() -> run(config(false), data(rows, 6, 2), model(1)))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("Image bad (folder/bad.jpg) cannot be read");
        assertThat(LinearSource.OPEN).as("networks left open").hasValue(0);
    }

    @Test
    void modelsAreComparedOnTheSameImages() {
        // The second model prefers the darkest channel: it is right on r3 alone.
        ClusterEvaluation.Outcome outcome = run(config(false), data(fiveImages(), 5, 2), model(2), model(-2));
        EvaluationReport.Comparison comparison =
                outcome.report().findings().comparisons().get(0);
        assertThat(comparison.second().id()).isEqualTo("model--2.0");
        assertThat(comparison.scores().top1()).isEqualTo(0.2);
        assertThat(comparison.paired().difference()).isCloseTo(-0.6, within(1e-12));
        assertThat(comparison.paired().onlyFirst()).isEqualTo(4);
        assertThat(comparison.paired().onlySecond()).isEqualTo(1);
        assertThat(comparison.paired().mcnemarExactP()).isCloseTo(2 * 6.0 / 32, within(1e-12));
        assertThat(comparison.flipped())
                .extracting(EvaluationReport.Flip::imageId)
                .containsExactlyInAnyOrder("r1", "r2", "r3", "g1", "g2");
        EvaluationReport.Comparison reverse =
                outcome.reports().get(1).findings().comparisons().get(0);
        assertThat(reverse.paired().difference()).isCloseTo(0.6, within(1e-12));
        assertThat(reverse.paired().onlyFirst()).isEqualTo(1);
    }

    @Test
    void temperatureIsFittedOnTheValidationSplit() {
        EvaluationData test = data(manyImages(400, 6), 400, 3);
        EvaluationData validation = data(manyImages(400, 7), 400, 2);
        ModelUnderTest overconfident = model(60);
        EvaluationReport raw = run(config(false), test, overconfident).report();
        EvaluationReport scaled = new ClusterEvaluation(spark, config(true))
                .run(test, List.of(overconfident), Optional.of(validation), Provenance.Stated.NOTHING)
                .report();
        assertThat(scaled.calibration().temperature()).isGreaterThan(2);
        assertThat(scaled.scores().ece()).isLessThan(raw.scores().ece() / 2);
        assertThat(scaled.scores().loss()).isLessThan(raw.scores().loss());
        assertThat(scaled.scores().top1()).isEqualTo(raw.scores().top1());
        assertThatThrownBy(() -> run(config(true), test, overconfident))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("needs a validation split");
    }

    @Test
    void wrongClassesAndColumnsAreRefused() {
        ModelUnderTest other = new ModelUnderTest(
                "x",
                new LinearSource(
                        "a", List.of("cat", "dog", "eel"), LinearSource.plain(SIZE), new float[3][SIZE * SIZE * 3]),
                RunCurves.NONE);
        assertThatThrownBy(() -> run(config(false), data(fiveImages(), 5, 1), other))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("knows the classes [cat, dog, eel]");
        assertThatThrownBy(() -> run(config(false, "hue"), data(fiveImages(), 5, 1), model(1)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("\"hue\"");
    }

    @Test
    void numbersAreSlicedByQuartile() {
        List<Row> rows = manyImages(100, 8);
        EvaluationData data = data(rows, 100, 3);
        EvaluationData numbered = new EvaluationData(
                data.images()
                        .withColumn(
                                "number", org.apache.spark.sql.functions.expr("cast(substring(image_id, 4) as int)")),
                data.id(),
                100,
                LABELS,
                Map.of());
        assertThat(run(config(false, "number"), numbered, model(1))
                        .report()
                        .findings()
                        .slices())
                .extracting(EvaluationReport.Slice::value)
                .hasSize(4)
                .contains("0 to under 24", "74 to 99");
    }

    @Test
    void sparksPageSaysWhatIsGoingOn() throws Exception {
        List<String> descriptions = java.util.Collections.synchronizedList(new ArrayList<>());
        SparkListener listener = new SparkListener() {
            @Override
            public void onJobStart(SparkListenerJobStart job) {
                descriptions.add(job.properties().getProperty("spark.job.description", "(none)"));
            }
        };
        spark.sparkContext().addSparkListener(listener);
        run(config(false), data(fiveImages(), 5, 2), model(1));
        spark.sparkContext().listenerBus().waitUntilEmpty(10_000);
        spark.sparkContext().removeSparkListener(listener);
        assertThat(descriptions)
                .contains("evaluate: classify 5 images of colours (test) with brightest-channel", "evaluate: count")
                .allMatch(description -> description.startsWith("evaluate: "));
    }

    private static double loss(double own, double red, double green, double blue) {
        return Math.log(Math.exp(red) + Math.exp(green) + Math.exp(blue)) - own;
    }

    /** Everything but times and what says when and where. */
    private static String comparable(ClusterEvaluation.Outcome outcome) {
        StringBuilder all = new StringBuilder();
        for (EvaluationReport report : outcome.reports()) {
            ObjectNode json = (ObjectNode) JsonDocument.tree(report);
            json.remove(List.of("throughput_images_per_second", "seconds", "workers", "provenance"));
            all.append(json.toPrettyString());
        }
        return all.append(outcome.thumbnails().uris()).toString();
    }
}
