package io.resnetspark.pipeline.ml;

import org.apache.spark.ml.util.MLReader;

/** Where Spark ML finds the reader of a {@link resnetspark.ml.ResNetClassifier} that was saved under its former name. */
public final class ResNetClassifier {

    private ResNetClassifier() {}

    public static MLReader<resnetspark.ml.ResNetClassifier> read() {
        return resnetspark.ml.ResNetClassifier.read();
    }
}
