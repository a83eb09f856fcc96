package io.resnetspark.model.gpu;

import java.io.Serializable;

/**
 * An NVIDIA device as the driver lists it.
 *
 * @param index its number in {@code nvidia-smi}, which is also CUDA's where {@code CUDA_DEVICE_ORDER} is {@code PCI_BUS_ID}
 * @param uuid for example {@code GPU-3c1f6b5e-…}
 * @param name for example {@code NVIDIA A100-SXM4-80GB}
 * @param major of the compute capability; -1 if the driver does not tell it
 * @param minor of the compute capability
 */
public record NvidiaGpu(int index, String uuid, String name, int major, int minor) implements Serializable {

    boolean isCalled(String address) {
        return address.equals(Integer.toString(index)) || address.equals(uuid);
    }

    @Override
    public String toString() {
        return major < 0
                ? "GPU %d, %s".formatted(index, name)
                : "GPU %d, %s (%d.%d)".formatted(index, name, major, minor);
    }
}
