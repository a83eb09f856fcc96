package io.resnetspark.model.gpu;

import java.util.Optional;

/**
 * How a backend uses NVIDIA devices: which ones it can, and how a thread is tied to one. There is one binding for each
 * backend that computes on devices; whoever hands out devices knows no more of the backend than this.
 */
public interface DeviceBinding {

    /** Why this backend has no code for a device, if so. */
    Optional<String> refusal(NvidiaGpu device);

    /**
     * Ties the calling thread to a device. To be called before the thread computes anything; a thread stays at its device.
     *
     * @param ordinal CUDA's number of the device in this process
     * @throws io.resnetspark.model.error.ConfigurationException if the backend does not open or is not the one that computes
     */
    void bind(int ordinal);

    /**
     * Memory that all processes together take on a device, in bytes.
     *
     * @param ordinal of a device that a thread of this process was tied to
     */
    long usedBytes(int ordinal);
}
