package io.resnetspark.model.gpu.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.kernel.KernelAgreement;
import io.resnetspark.model.kernel.Kernels;
import org.junit.jupiter.api.AfterEach;

/** Layers one by one on an emulated device. */
class StagedLayersTest extends KernelAgreement {

    private EmulatedDevice device;

    @Override
    protected Kernels kernels() {
        device = EmulatedDevice.open();
        return new CudnnKernels(device, Precision.FP32);
    }

    @AfterEach
    void nothingStaysOnTheDevice() {
        assertThat(device.pieces()).isZero();
    }
}
