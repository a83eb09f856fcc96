package resnetspark.ml;

import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/** The parameters that {@link ResNetClassifier} and {@link ResNetClassificationModel} share. */
public interface ImageStage extends Params {

    /** Column of images: encoded bytes, structs with encoded {@code bytes}, or Spark's image structs. */
    Param<String> inputCol();

    /** Column for the predicted label, a double; empty for none. */
    Param<String> predictionCol();

    /** Column for the vector of class probabilities; empty for none. */
    Param<String> probabilityCol();

    /** Column for the vector of logits; empty for none. */
    Param<String> rawPredictionCol();

    /** Column for the vector that the network's head reads; empty, as it is unless set, for none. */
    Param<String> embeddingCol();

    /** What a label's probability is divided by before the largest is predicted; the most probable label if not set. */
    DoubleArrayParam thresholds();

    /** What is done with rows whose image cannot be read: error, skip or keep. */
    Param<String> handleInvalid();

    /** Images per minibatch of a worker in training, and per call of the network in prediction. */
    IntParam batchSize();

    Param<String> inferencePrecision();

    default String getInputCol() {
        return getOrDefault(inputCol());
    }

    default String getPredictionCol() {
        return getOrDefault(predictionCol());
    }

    default String getProbabilityCol() {
        return getOrDefault(probabilityCol());
    }

    default String getRawPredictionCol() {
        return getOrDefault(rawPredictionCol());
    }

    default String getEmbeddingCol() {
        return getOrDefault(embeddingCol());
    }

    default double[] getThresholds() {
        return getOrDefault(thresholds());
    }

    default String getHandleInvalid() {
        return getOrDefault(handleInvalid());
    }

    default String getInferencePrecision() {
        return getOrDefault(inferencePrecision());
    }

    default int getBatchSize() {
        return (Integer) getOrDefault(batchSize());
    }
}
