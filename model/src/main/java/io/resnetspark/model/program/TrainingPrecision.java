package io.resnetspark.model.program;

import io.resnetspark.model.error.ConfigurationException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How exactly networks are trained. Parameters, their gradients, statistics, the head, the loss and updates are single
 * precision in all of them.
 */
public enum TrainingPrecision {
    /** Single precision throughout. */
    FP32(Element.FLOAT),
    /** Single precision; products of convolutions and fully connected layers see factors of 11 bits. NVIDIA's GPUs have it. */
    TF32(Element.FLOAT),
    /**
     * Maps, their gradients and the factors of convolutions are bfloat16, whose range is that of floats, so that losses need
     * no scaling; products are summed in single precision.
     */
    BF16(Element.BFLOAT16);

    private final Element maps;

    TrainingPrecision(Element maps) {
        this.maps = maps;
    }

    /** What maps are stored as. */
    public Element maps() {
        return maps;
    }

    /** As people write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws ConfigurationException if there is none of that name */
    public static TrainingPrecision named(String label) {
        return Arrays.stream(values())
                .filter(precision -> precision.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("There is no precision \"%s\"; choose from %s"
                        .formatted(
                                label,
                                Arrays.stream(values())
                                        .map(TrainingPrecision::label)
                                        .collect(Collectors.joining(", ")))));
    }
}
