package resnetspark.ml;

import io.resnetspark.pipeline.model.Precision;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;

/**
 * How any stage reads images, with documentation, validators and defaults. Made in a stage's constructor once its uid is
 * known, which parameters carry.
 */
final class InputParams implements Serializable {

    private static final long serialVersionUID = 1L;

    final Param<String> inputCol;
    final Param<String> handleInvalid;
    final IntParam batchSize;
    final Param<String> inferencePrecision;

    InputParams(Params stage) {
        inputCol = new Param<>(
                stage,
                "inputCol",
                "column of images: encoded bytes (binary), structs with encoded bytes, or Spark's image structs");
        handleInvalid = new Param<>(
                stage,
                "handleInvalid",
                "what to do with rows whose image cannot be read: error (fail), skip (leave the row out) or keep (nulls in"
                        + " the output columns; such rows never train)",
                ParamValidators.inArray(Arrays.stream(InvalidImages.values())
                        .map(InvalidImages::label)
                        .toList()));
        batchSize = new IntParam(
                stage,
                "batchSize",
                "images per minibatch of each worker, and per call of the network in prediction (>= 1)",
                ParamValidators.gtEq(1));
        inferencePrecision = new Param<>(
                stage,
                "inferencePrecision",
                "what the network computes with in prediction: model (int8 if it was quantised, else fp32), auto (bf16 where"
                        + " the driver's processor has it), fp32, bf16 or int8",
                ParamValidators.inArray(
                        Arrays.stream(Precision.values()).map(Precision::label).toList()));
        stage.setDefault(inferencePrecision, Precision.MODEL.label());
        stage.setDefault(inputCol, "image");
        stage.setDefault(handleInvalid, InvalidImages.ERROR.label());
        stage.setDefault(batchSize, 64);
    }

    /** What happens to rows whose image cannot be read. */
    enum InvalidImages {
        ERROR,
        SKIP,
        KEEP;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        static InvalidImages of(String label) {
            return valueOf(label.toUpperCase(Locale.ROOT));
        }
    }
}
