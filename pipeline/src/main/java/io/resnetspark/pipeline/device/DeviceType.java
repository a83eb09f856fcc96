package io.resnetspark.pipeline.device;

import java.util.Locale;

/** What a job is asked to compute on. */
public enum DeviceType {
    CPU,
    CUDA;

    /** As it is written in settings. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static DeviceType parse(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
