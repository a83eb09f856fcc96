package resnetspark.ml;

import java.io.Serializable;
import java.util.Arrays;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import scala.Function1;

/** What classifiers append to rows; made as {@link InputParams} are. */
final class OutputParams implements Serializable {

    private static final long serialVersionUID = 1L;

    final Param<String> predictionCol;
    final Param<String> probabilityCol;
    final Param<String> rawPredictionCol;
    final Param<String> embeddingCol;
    final DoubleArrayParam thresholds;

    OutputParams(Params stage) {
        predictionCol = new Param<>(stage, "predictionCol", "prediction column name; empty for none");
        probabilityCol =
                new Param<>(stage, "probabilityCol", "column name for predicted class probabilities; empty for none");
        rawPredictionCol =
                new Param<>(stage, "rawPredictionCol", "column name for the network's logits; empty for none");
        embeddingCol = new Param<>(
                stage, "embeddingCol", "column name for what the network's last layer reads, a vector; empty for none");
        thresholds = new DoubleArrayParam(
                stage,
                "thresholds",
                "one for each label, >= 0 and at most one of them 0: the label with the largest probability divided by its"
                        + " threshold is predicted; the most probable one if not set",
                (Function1<double[], Object> & Serializable) OutputParams::areThresholds);
        stage.setDefault(predictionCol, "prediction");
        stage.setDefault(probabilityCol, "probability");
        stage.setDefault(rawPredictionCol, "rawPrediction");
        stage.setDefault(embeddingCol, "");
    }

    /** @throws IllegalArgumentException if there are thresholds, and not one for each label */
    static void checkThresholds(ImageStage stage, int labels) {
        if (stage.isSet(stage.thresholds()) && stage.getThresholds().length != labels) {
            throw new IllegalArgumentException(
                    "There are %d thresholds for %d labels".formatted(stage.getThresholds().length, labels));
        }
    }

    private static boolean areThresholds(double[] values) {
        return Arrays.stream(values).allMatch(value -> value >= 0)
                && Arrays.stream(values).filter(value -> value == 0).count() <= 1;
    }
}
