package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.program.Element;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudnn;

/** How exactly the device multiplies, and what it stores maps as while it trains. */
enum Precision {
    /** Single precision throughout. */
    FP32(Element.FLOAT),
    /** Single precision; products of convolutions and fully connected layers see factors of 11 bits (TF32). */
    TF32(Element.FLOAT),
    /**
     * Maps, their gradients and the factors of convolutions are bfloat16; sums, parameters, gradients of parameters,
     * statistics and the head are single precision. Its range is that of floats, so that losses need no scaling.
     */
    BF16(Element.BFLOAT16);

    private static final String SETTING = "resnet.cudnn.precision";

    private final Element maps;

    Precision(Element maps) {
        this.maps = maps;
    }

    /** Type of the maps in training. */
    Element maps() {
        return maps;
    }

    /** The kind of arithmetic that cuDNN is asked for; its default for floats multiplies with TF32. */
    int convolutionMath() {
        return switch (this) {
            case FP32 -> cudnn.CUDNN_FMA_MATH;
            case TF32 -> cudnn.CUDNN_DEFAULT_MATH;
            case BF16 -> cudnn.CUDNN_TENSOR_OP_MATH;
        };
    }

    /** Whether convolutions may be computed so. What converts floats to half precision never may. */
    boolean allowsMath(int mathType) {
        return mathType == cudnn.CUDNN_FMA_MATH
                || (this != FP32 && (mathType == cudnn.CUDNN_DEFAULT_MATH || mathType == cudnn.CUDNN_TENSOR_OP_MATH));
    }

    /** The kind of arithmetic of cuBLAS, whose default for floats is single precision, by tensor cores where they have it. */
    int productMath() {
        return this == FP32 ? cublas.CUBLAS_PEDANTIC_MATH : cublas.CUBLAS_TF32_TENSOR_OP_MATH;
    }

    /** What the system property {@code resnet.cudnn.precision} asks for; TF32 if nothing. */
    static Precision ofThisProcess() {
        return parse(System.getProperty(SETTING, "tf32"));
    }

    static Precision parse(String name) {
        return Arrays.stream(values())
                .filter(precision -> precision.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException(
                        "%s is \"%s\"; it can be fp32, tf32 or bf16".formatted(SETTING, name)));
    }
}
