package io.resnetspark.model.gpu.device;

import org.bytedeco.javacpp.Pointer;

/** A device's address as JavaCPP passes it on; nobody on the host may follow it. */
public final class DeviceAddress extends Pointer {

    public DeviceAddress(long deviceAddress) {
        this.address = deviceAddress;
    }
}
