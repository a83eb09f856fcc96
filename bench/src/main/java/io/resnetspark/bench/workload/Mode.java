package io.resnetspark.bench.workload;

import io.resnetspark.model.error.ConfigurationException;
import java.util.Arrays;

/** What a step is. */
public enum Mode {
    /** Forward, backward and update with momentum. */
    TRAIN("train"),
    /** From the pixels of a batch in the Java heap to its scores there. */
    INFER("infer");

    private final String label;

    Mode(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    public static Mode named(String label) {
        return Arrays.stream(values())
                .filter(mode -> mode.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException(
                        "There is no mode \"%s\"; choose from train, infer".formatted(label)));
    }
}
