package io.resnetspark.model.gpu.cudnn;

/** A piece of a device's memory, freed once. */
final class DeviceMemory implements AutoCloseable {

    private final Device device;
    private final long address;
    private boolean closed;

    DeviceMemory(Device device, long bytes) {
        this.device = device;
        this.address = device.allocate(bytes);
    }

    long address() {
        return address;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            device.free(address);
        }
    }
}
