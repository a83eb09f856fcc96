package io.resnetspark.model.training;

import io.resnetspark.model.gpu.cudnn.EmulatedDevice;
import io.resnetspark.model.kernel.Kernels;

/** On an emulated device. */
class DeviceLayersTest extends LayersAgreement {

    @Override
    Kernels kernels() {
        return EmulatedDevice.kernels();
    }
}
