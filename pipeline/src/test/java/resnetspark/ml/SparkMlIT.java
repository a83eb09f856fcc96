package resnetspark.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.decode.DecodeLimits;
import io.resnetspark.model.image.decode.ImageDecoder;
import io.resnetspark.model.image.decode.RejectedImageException;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.pipeline.dataset.TestDatasets;
import io.resnetspark.pipeline.inference.BatchClassifier;
import io.resnetspark.pipeline.inference.TestTimeAugmentation;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelClassifierSource;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.training.loop.SmallTraining;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.IndexToString;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The estimator and its model with everything of Spark ML that they are used with. */
class SparkMlIT {

    @TempDir
    static Path folder;

    private static SparkSession spark;
    private static Dataset<Row> images;
    private static ResNetClassificationModel model;

    @BeforeAll
    static void fit() throws IOException {
        spark = TestDatasets.spark();
        images = TinyImages.encoded(spark, 40, 0, 1).cache();
        Files.createDirectories(folder.resolve("work"));
        model = classifier().setEpochs(6).fit(images);
    }

    private static ResNetClassifier classifier() {
        return new ResNetClassifier()
                .setArchitecture(SmallTraining.NETWORK)
                .setInputSize(16)
                .setEpochs(1)
                .setBatchSize(8)
                .setAveragingFrequency(2)
                .setAugmentation("none")
                .setLearningRate(0.05)
                .setWorkingDir(folder.resolve("work").toString());
    }

    private static double accuracy(Dataset<Row> predicted) {
        return new MulticlassClassificationEvaluator().setMetricName("accuracy").evaluate(predicted);
    }

    private static List<Row> scores(Dataset<Row> predicted) {
        return predicted
                .orderBy("id")
                .select("id", "rawPrediction", "probability", "prediction")
                .collectAsList();
    }

    @Test
    void learnsAndLeavesNothingBehind() throws IOException {
        assertThat(accuracy(model.transform(images))).isGreaterThan(0.9);
        assertThat(model.numClasses()).isEqualTo(2);
        assertThat(model.labels()).containsExactly("0", "1");
        assertThat(model.hasParent()).isTrue();
        try (Stream<Path> left = Files.list(folder.resolve("work"))) {
            assertThat(left.filter(path -> path.getFileName().toString().startsWith("resnet-spark-")))
                    .isEmpty();
        }
    }

    @Test
    void probabilityIsTheSoftmaxAndPredictionItsLargest() {
        Dataset<Row> predicted = model.copy(ParamMap.empty()).setBatchSize(7).transform(images);
        assertThat(predicted.schema()).isEqualTo(model.transformSchema(images.schema()));
        assertThat(predicted.drop("rawPrediction", "probability", "prediction").collectAsList())
                .as("other columns and the order of rows stay")
                .map(row -> row.getLong(0) + " " + row.getDouble(2))
                .isEqualTo(images.collectAsList().stream()
                        .map(row -> row.getLong(0) + " " + row.getDouble(2))
                        .toList());
        for (Row row : scores(predicted)) {
            Vector logits = row.getAs("rawPrediction");
            Vector probability = row.getAs("probability");
            double sum = Math.exp(logits.apply(0)) + Math.exp(logits.apply(1));
            assertThat(probability.apply(0)).isCloseTo(Math.exp(logits.apply(0)) / sum, within(1e-6));
            assertThat(probability.apply(0) + probability.apply(1)).isCloseTo(1, within(1e-9));
            assertThat(row.<Double>getAs("prediction")).isEqualTo(logits.argmax());
        }
    }

    @Tag("full")
    @Test
    void pixelsInSparksStructsAreTheSameImages() {
        Dataset<Row> structs = TinyImages.structs(spark, 40, 0, 1);
        assertThat(scores(model.transform(structs))).isEqualTo(scores(model.transform(images)));
        assertThat(scores(classifier().fit(structs).transform(images)))
                .as("training reads them alike too")
                .hasSize(40)
                .allSatisfy(row ->
                        assertThat(row.<Vector>getAs("probability").size()).isEqualTo(2));
    }

    @Test
    void aLoadedModelPredictsTheSame() throws IOException {
        String path = folder.resolve("model").toString();
        ResNetClassificationModel named = model.copy(ParamMap.empty()).setPredictionCol("class");
        named.write().save(path);
        ResNetClassificationModel loaded = ResNetClassificationModel.load(path);
        assertThat(loaded.uid()).isEqualTo(model.uid());
        assertThat(loaded.getPredictionCol()).isEqualTo("class");
        assertThat(loaded.labels()).isEqualTo(model.labels());
        assertThat(scores(loaded.setPredictionCol("prediction").transform(images)))
                .isEqualTo(scores(model.transform(images)));
        assertThatThrownBy(() -> named.save(path)).isInstanceOf(IOException.class);
        named.write().overwrite().save(path);

        String network = path + "/data/network.safetensors";
        assertThat(scores(ResNetClassificationModel.fromModel(network).transform(images)))
                .as("the network's file is a model by itself")
                .isEqualTo(scores(model.transform(images)));
    }

    @Test
    void stagesSavedUnderTheFormerPackageAreLoaded() throws IOException {
        Path path = folder.resolve("former");
        new Pipeline()
                .setStages(new PipelineStage[] {classifier().setEpochs(5)})
                .save(path.toString());
        String fitted = folder.resolve("former-model").toString();
        new Pipeline().setStages(new PipelineStage[] {model}).fit(images).save(fitted);
        underFormerName(path);
        underFormerName(Path.of(fitted));
        assertThat(((ResNetClassifier) Pipeline.load(path.toString()).getStages()[0]).getEpochs())
                .isEqualTo(5);
        assertThat(scores(PipelineModel.load(fitted).transform(images))).isEqualTo(scores(model.transform(images)));
        assertThatThrownBy(() -> ResNetFeaturizer.load(stage(path).toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is a io.resnetspark.pipeline.ml.ResNetClassifier");
    }

    private static Path stage(Path pipeline) throws IOException {
        try (Stream<Path> stages = Files.list(pipeline.resolve("stages"))) {
            return stages.filter(Files::isDirectory).findFirst().orElseThrow();
        }
    }

    /** As stages were saved when their package had another name. */
    private static void underFormerName(Path pipeline) throws IOException {
        Path metadata = stage(pipeline).resolve("metadata");
        Path file;
        try (Stream<Path> files = Files.list(metadata)) {
            file = files.filter(path -> path.getFileName().toString().startsWith("part-"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.delete(metadata.resolve(".%s.crc".formatted(file.getFileName())));
        String saved = Files.readString(file);
        assertThat(saved).contains("\"class\":\"resnetspark.ml.");
        Files.writeString(file, saved.replace("\"resnetspark.ml.", "\"io.resnetspark.pipeline.ml."));
    }

    @Test
    void thresholdsMoveThePrediction() {
        ResNetClassificationModel moved = model.copy(ParamMap.empty()).setThresholds(0, 1);
        assertThat(moved.transform(images).where("prediction = 0").count()).isEqualTo(40);
        assertThatThrownBy(() -> moved.setThresholds(1, 1, 1).transform(images))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 thresholds for 2 labels");
        assertThatThrownBy(() -> classifier().setThresholds(1).fit(images)).hasMessageContaining("1 thresholds");
    }

    @Test
    void featuresAreTheEmbeddingsAndStayWithTheSavedStage() throws IOException {
        Path source = folder.resolve("source");
        model.save(source.toString());
        ResNetFeaturizer featurizer = new ResNetFeaturizer()
                .setModel(source.resolve("data/network.safetensors").toString());
        String path = folder.resolve("featurizer").toString();
        featurizer.save(path);
        Files.delete(source.resolve("data/network.safetensors"));
        List<Row> expected = model.copy(ParamMap.empty())
                .setEmbeddingCol("features")
                .transform(images)
                .orderBy("id")
                .select("features")
                .collectAsList();
        for (ResNetFeaturizer each : List.of(featurizer, ResNetFeaturizer.load(path))) {
            Dataset<Row> features = each.transform(images);
            assertThat(features.columns()).containsExactly("id", "image", "label", "features");
            assertThat(features.schema()).isEqualTo(each.transformSchema(images.schema()));
            assertThat(features.orderBy("id").select("features").collectAsList())
                    .isEqualTo(expected);
        }
    }

    @Test
    void worksInPipelinesWithNamedLabels() throws IOException {
        Dataset<Row> named = images.withColumn(
                        "shade", when(col("label").equalTo(0), "dark").otherwise("light"))
                .withColumn("held", col("id").geq(32))
                .drop("label");
        StringIndexer indexer =
                new StringIndexer().setInputCol("shade").setOutputCol("label").setStringOrderType("alphabetDesc");
        ResNetClassifier classifier = classifier().setEpochs(6).setValidationIndicatorCol("held");
        IndexToString toName = new IndexToString().setInputCol("prediction").setOutputCol("predicted_shade");
        Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {indexer, classifier, toName});
        String unfitted = folder.resolve("pipeline").toString();
        pipeline.write().save(unfitted);

        PipelineModel fitted = Pipeline.load(unfitted).fit(named);
        Dataset<Row> predicted = fitted.transform(named);
        assertThat(predicted.where("shade = predicted_shade").count()).isGreaterThanOrEqualTo(36);
        assertThat(((ResNetClassificationModel) fitted.stages()[1]).labels()).containsExactly("light", "dark");

        String path = folder.resolve("pipeline-model").toString();
        fitted.write().save(path);
        PipelineModel loaded = PipelineModel.load(path);
        assertThat(scores(loaded.transform(named))).isEqualTo(scores(predicted));
        assertThat(((ResNetClassifier) Pipeline.load(unfitted).getStages()[1]).getEpochs())
                .isEqualTo(6);
    }

    @Tag("full")
    @Test
    void crossValidationChoosesALearningRate() throws IOException {
        ResNetClassifier classifier = classifier().setEpochs(4);
        ParamMap[] rates = new ParamGridBuilder()
                .addGrid(classifier.learningRate(), new double[] {1e-9, 0.05})
                .build();
        CrossValidatorModel best = new CrossValidator()
                .setEstimator(classifier)
                .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("logLoss"))
                .setEstimatorParamMaps(rates)
                .setNumFolds(2)
                .setSeed(3)
                .fit(images);
        assertThat(best.avgMetrics()[1]).isLessThan(best.avgMetrics()[0]);
        String path = folder.resolve("cross-validated").toString();
        best.write().save(path);
        assertThat(scores(CrossValidatorModel.load(path).transform(images))).isEqualTo(scores(best.transform(images)));
    }

    @Tag("full")
    @Test
    void labelsWithoutImagesStayImpossible() {
        ResNetClassificationModel gap = classifier().fit(TinyImages.encoded(spark, 8, 0, 2));
        assertThat(gap.numClasses()).isEqualTo(3);
        assertThat(scores(gap.transform(images))).allSatisfy(row -> {
            assertThat(row.<Vector>getAs("probability").apply(1)).isZero();
            assertThat(row.<Vector>getAs("rawPrediction").apply(1)).isEqualTo(Double.NEGATIVE_INFINITY);
            assertThat(row.<Double>getAs("prediction")).isIn(0.0, 2.0);
        });
    }

    /** Rows that weigh nothing are not there; classes that weigh much win. */
    @Test
    void weightsDecideWhatIsLearned() {
        Dataset<Row> weighted =
                images.withColumn("w", when(col("label").equalTo(1), lit(1)).otherwise(lit(1e-4)));
        ResNetClassificationModel ones =
                classifier().setEpochs(2).setWeightCol("w").fit(weighted);
        assertThat(ones.transform(images).where(col("prediction").equalTo(1)).count())
                .isGreaterThanOrEqualTo(36);
        ResNetClassificationModel zeros =
                classifier().setEpochs(2).setClassWeights("0=1,1=0.0001").fit(images);
        assertThat(zeros.transform(images).where(col("prediction").equalTo(0)).count())
                .isGreaterThanOrEqualTo(36);
        Dataset<Row> negative = images.withColumn("w", lit(-1));
        assertThatThrownBy(() -> classifier().setWeightCol("w").fit(negative))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("40 of 40 weights");
        Dataset<Row> nothing = images.withColumn("w", lit(0));
        assertThatThrownBy(() -> classifier().setWeightCol("w").fit(nothing)).hasMessageContaining("no rows");
        assertThatThrownBy(() -> classifier().setEarlyStoppingEpochs(1).fit(images))
                .hasMessageContaining("validationIndicatorCol");
    }

    @Test
    void labelsMustBeWholeNumbers() {
        Dataset<Row> halves = images.withColumn("label", col("label").plus(0.5));
        assertThatThrownBy(() -> classifier().fit(halves))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("40 of 40 labels")
                .hasMessageContaining(".5");
        assertThatThrownBy(() -> classifier().fit(images.where(lit(false))))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("no rows");
    }

    @Tag("full")
    @Test
    void imagesThatCannotBeReadFailAreSkippedOrKept() {
        Dataset<Row> damaged = images.withColumn(
                "image",
                when(col("id").equalTo(3), lit("no image".getBytes(StandardCharsets.UTF_8)))
                        .when(col("id").equalTo(4), lit(null))
                        .otherwise(col("image")));
        ResNetClassificationModel copy = model.copy(ParamMap.empty());
        assertThatThrownBy(() -> copy.transform(damaged).collectAsList())
                .hasStackTraceContaining("handleInvalid can skip or keep");
        assertThat(copy.setHandleInvalid("skip").transform(damaged).count()).isEqualTo(38);
        List<Row> kept = scores(copy.setHandleInvalid("keep").transform(damaged));
        assertThat(kept).hasSize(40);
        assertThat(kept.stream().filter(row -> row.anyNull()).map(row -> row.getLong(0)))
                .containsExactly(3L, 4L);

        assertThatThrownBy(() -> classifier().fit(damaged))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("2 of 40 images");
        assertThat(classifier().setHandleInvalid("skip").fit(damaged).getHandleInvalid())
                .isEqualTo("skip");
    }

    /** As the saved network says it itself. */
    @Tag("full")
    @Test
    void embeddingsAreWhatTheHeadReads() throws IOException {
        String path = folder.resolve("embedder").toString();
        model.save(path);
        LoadedModel saved = ModelSource.load(
                path + "/data/network.safetensors",
                Optional.empty(),
                Optional.empty(),
                spark.sessionState().newHadoopConf());
        Row row = model.copy(ParamMap.empty())
                .setEmbeddingCol("embedding")
                .transform(images.orderBy("id").limit(1))
                .first();
        try (BatchClassifier classifier = new BatchClassifier(
                new ModelClassifierSource(saved, model.getBatchSize()),
                TestTimeAugmentation.NONE,
                model.getBatchSize())) {
            Image image = new ImageDecoder(DecodeLimits.standard(), 3).decode(row.<byte[]>getAs("image"));
            float[] expected = classifier.classify(List.of(image)).get(0).embedding();
            assertThat(row.<Vector>getAs("embedding").toArray())
                    .hasSize(16)
                    .containsExactly(
                            IntStream.range(0, expected.length)
                                    .mapToDouble(i -> expected[i])
                                    .toArray(),
                            within(1e-5));
        } catch (RejectedImageException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void inferenceHasAPrecision() {
        assertThat(model.getInferencePrecision()).isEqualTo("model");
        assertThatThrownBy(() -> model.copy(ParamMap.empty()).setInferencePrecision("fp8"))
                .hasMessageContaining("inferencePrecision");
        assertThatThrownBy(() -> model.copy(ParamMap.empty())
                        .setInferencePrecision("int8")
                        .transform(images))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("was not quantised");
        assumeTrue(Kernels.ofThisProcess().infersIn(InferencePrecision.BF16));
        ResNetClassificationModel rounded = model.copy(ParamMap.empty()).setInferencePrecision("bf16");
        List<Row> expected = scores(model.transform(images));
        List<Row> actual = scores(rounded.transform(images));
        assertThat(actual).isNotEqualTo(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).<Vector>getAs("probability").toArray())
                    .containsExactly(
                            expected.get(i).<Vector>getAs("probability").toArray(), within(0.1));
        }
    }

    @Test
    void columnsWithoutNamesAreNotMade() {
        ResNetClassificationModel only = model.copy(ParamMap.empty())
                .setRawPredictionCol("")
                .setProbabilityCol("p")
                .setPredictionCol("");
        assertThat(only.transform(images).columns()).containsExactly("id", "image", "label", "p");
        assertThat(model.getProbabilityCol()).isEqualTo("probability");
    }
}
