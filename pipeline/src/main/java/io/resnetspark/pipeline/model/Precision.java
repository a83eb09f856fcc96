package io.resnetspark.pipeline.model;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.InferencePrecision;
import java.util.Arrays;
import java.util.Locale;

/** What people ask a model to classify in. */
public enum Precision {
    /** As the model was made: 8-bit integers if it was quantised, else single precision. */
    MODEL,
    /** The fastest that needs no calibration: as {@link #MODEL}, but bfloat16 where the processor has it. */
    AUTO,
    FP32,
    BF16,
    INT8;

    /** As people write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws ConfigurationException if there is none of that name */
    public static Precision named(String label) {
        return Arrays.stream(values())
                .filter(precision -> precision.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException(
                        "There is no precision \"%s\"; choose model, auto, fp32, bf16 or int8".formatted(label)));
    }

    /**
     * What this means for a model. The processor asked is that of this process.
     *
     * @throws ConfigurationException if 8-bit integers are wanted of a model that was not quantised
     */
    public InferencePrecision of(LoadedModel model) {
        boolean quantized = model.card().quantized().isPresent();
        return switch (this) {
            case MODEL -> quantized ? InferencePrecision.INT8 : InferencePrecision.FP32;
            case AUTO ->
                quantized ? InferencePrecision.INT8 : Kernels.ofThisProcess().fastestPrecision();
            case FP32 -> InferencePrecision.FP32;
            case BF16 -> InferencePrecision.BF16;
            case INT8 -> {
                if (!quantized) {
                    throw new ConfigurationException(
                            "%s was not quantised; `quantize` makes a model of it that classifies in int8"
                                    .formatted(model.description()));
                }
                yield InferencePrecision.INT8;
            }
        };
    }
}
