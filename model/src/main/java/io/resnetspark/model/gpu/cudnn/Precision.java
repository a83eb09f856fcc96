package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.program.Element;
import java.util.Arrays;
import java.util.Locale;

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
