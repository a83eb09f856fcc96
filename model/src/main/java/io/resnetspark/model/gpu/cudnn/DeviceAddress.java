package io.resnetspark.model.gpu.cudnn;

import org.bytedeco.javacpp.Pointer;

/** A device's address as JavaCPP passes it on; nobody on the host may follow it. */
final class DeviceAddress extends Pointer {

    DeviceAddress(long deviceAddress) {
        this.address = deviceAddress;
    }
}
