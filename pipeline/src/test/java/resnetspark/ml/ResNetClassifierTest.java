package resnetspark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.ConfigurationException;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.image.ImageSchema;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** What an estimator knows before it sees a row: its parameters and schemas. */
class ResNetClassifierTest {

    private static final StructType ENCODED = images(DataTypes.BinaryType);

    private static StructType images(DataType type) {
        return new StructType().add("image", type).add("label", DataTypes.DoubleType);
    }

    @Test
    void everyParameterIsExplained() {
        ResNetClassifier classifier = new ResNetClassifier().setEpochs(3);
        assertThat(Arrays.stream(classifier.params()).map(Param::name))
                .containsExactlyInAnyOrder(
                        "architecture",
                        "augmentation",
                        "averagingFrequency",
                        "batchSize",
                        "classWeights",
                        "earlyStoppingEpochs",
                        "embeddingCol",
                        "epochs",
                        "handleInvalid",
                        "inferencePrecision",
                        "inputCol",
                        "inputSize",
                        "labelCol",
                        "learningRate",
                        "numWorkers",
                        "predictionCol",
                        "probabilityCol",
                        "rawPredictionCol",
                        "seed",
                        "thresholds",
                        "validationIndicatorCol",
                        "weightCol",
                        "weights",
                        "workingDir");
        assertThat(classifier.explainParams())
                .contains("epochs: passes over the training images (>= 1) (default: 10, current: 3)")
                .contains("cifar-resnet20");
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        ResNetClassifier classifier = new ResNetClassifier();
        List<Runnable> mistakes = List.of(
                () -> classifier.setEpochs(0),
                () -> classifier.setBatchSize(0),
                () -> classifier.setNumWorkers(-1),
                () -> classifier.setAveragingFrequency(0),
                () -> classifier.setInputSize(0),
                () -> classifier.setLearningRate(0),
                () -> classifier.setLearningRate(Double.NaN),
                () -> classifier.setArchitecture("resnet19"),
                () -> classifier.setAugmentation("some"),
                () -> classifier.setHandleInvalid("ignore"),
                () -> classifier.setThresholds(0.5, -0.5),
                () -> classifier.setThresholds(0, 0));
        assertThat(mistakes)
                .allSatisfy(mistake -> assertThatThrownBy(mistake::run).isInstanceOf(IllegalArgumentException.class));
        assertThat(classifier.getEpochs()).isEqualTo(10);
    }

    @Test
    void aCopyHasTheSameUidAndValuesOfItsOwn() {
        ResNetClassifier classifier = new ResNetClassifier().setEpochs(3).setSeed(5);
        ResNetClassifier copy = classifier.copy(new ParamMap().put(classifier.learningRate(), 0.5));
        copy.setEpochs(7);
        assertThat(copy.uid()).isEqualTo(classifier.uid());
        assertThat(copy.getSeed()).isEqualTo(5);
        assertThat(copy.getLearningRate()).isEqualTo(0.5);
        assertThat(classifier.getLearningRate()).isEqualTo(0.1);
        assertThat(classifier.getEpochs()).isEqualTo(3);
    }

    @Test
    void everyKindOfImageColumnIsTaken() {
        for (DataType type : List.of(
                DataTypes.BinaryType,
                ImageSchema.columnSchema(),
                new StructType().add("bytes", DataTypes.BinaryType).add("path", DataTypes.StringType))) {
            StructType output = new ResNetClassifier().transformSchema(images(type));
            assertThat(output.fieldNames())
                    .containsExactly("image", "label", "rawPrediction", "probability", "prediction");
            assertThat(output.apply("probability").dataType()).isEqualTo(SQLDataTypes.VectorType());
            assertThat(output.apply("prediction").dataType()).isEqualTo(DataTypes.DoubleType);
        }
    }

    @Test
    void outputsWithoutNamesAreLeftOut() {
        ResNetClassifier classifier =
                new ResNetClassifier().setRawPredictionCol("").setProbabilityCol("");
        assertThat(classifier.transformSchema(ENCODED).fieldNames()).containsExactly("image", "label", "prediction");
    }

    @Test
    void schemasThatDoNotFitAreRefusedWithTheColumnsName() {
        ResNetClassifier classifier = new ResNetClassifier();
        refused(classifier, images(DataTypes.StringType), "input column image is string");
        refused(classifier, ENCODED.add("prediction", DataTypes.StringType), "prediction already exists");
        refused(new ResNetClassifier().setInputCol("picture"), ENCODED, "picture does not exist");
        refused(new ResNetClassifier().setLabelCol("class"), ENCODED, "class does not exist; there are: image, label");
        refused(
                classifier,
                new StructType().add("image", DataTypes.BinaryType).add("label", DataTypes.StringType),
                "StringIndexer");
        refused(new ResNetClassifier().setValidationIndicatorCol("label"), ENCODED, "must be boolean");
        refused(new ResNetClassifier().setProbabilityCol("prediction"), ENCODED, "prediction already exists");
    }

    @Test
    void theLabelWithTheLargestQuotientOfProbabilityAndThresholdIsPredicted() {
        double[] probabilities = {0.2, 0.5, 0.3, 0};
        assertThat(ClassifyRows.labelOver(probabilities, List.of(1.0, 1.0, 1.0, 1.0)))
                .isEqualTo(1);
        assertThat(ClassifyRows.labelOver(probabilities, List.of(0.1, 0.5, 0.3, 1.0)))
                .isEqualTo(0);
        assertThat(ClassifyRows.labelOver(probabilities, List.of(1.0, 1.0, 0.0, 1.0)))
                .isEqualTo(2);
        assertThat(ClassifyRows.labelOver(probabilities, List.of(1.0, 1.0, 1.0, 0.0)))
                .as("impossible stays impossible")
                .isEqualTo(1);
    }

    @Test
    void aFeaturizerWantsANetworkAndAppendsAVector() {
        ResNetFeaturizer featurizer = new ResNetFeaturizer().setOutputCol("seen");
        assertThat(featurizer.transformSchema(ENCODED).apply("seen").dataType()).isEqualTo(SQLDataTypes.VectorType());
        assertThat(featurizer.copy(ParamMap.empty()).params()).hasSize(7);
        assertThatThrownBy(featurizer::write)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("set model");
    }

    private static void refused(ResNetClassifier classifier, StructType schema, String message) {
        assertThatThrownBy(() -> classifier.transformSchema(schema))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
