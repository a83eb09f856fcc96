package io.resnetspark.pipeline.device;

import java.util.Locale;

/** What a job is asked to compute on. */
public enum DeviceType {
    /** The processor. */
    CPU,
    /** NVIDIA GPUs by ND4J's CUDA backend, up to compute capability 8.9. */
    CUDA,
    /** NVIDIA GPUs by the kernels on CUDA 13 and cuDNN 9, from compute capability 7.5. */
    CUDNN;

    /** As it is written in settings. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static DeviceType parse(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
