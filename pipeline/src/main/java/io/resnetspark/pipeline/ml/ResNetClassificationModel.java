package io.resnetspark.pipeline.ml;

import org.apache.spark.ml.util.MLReader;

/** Where Spark ML finds the reader of a {@link resnetspark.ml.ResNetClassificationModel} that was saved under its former name. */
public final class ResNetClassificationModel {

    private ResNetClassificationModel() {}

    public static MLReader<resnetspark.ml.ResNetClassificationModel> read() {
        return resnetspark.ml.ResNetClassificationModel.read();
    }
}
