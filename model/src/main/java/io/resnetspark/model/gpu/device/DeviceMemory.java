package io.resnetspark.model.gpu.device;

/** A piece of a device's memory, freed once. */
public final class DeviceMemory implements AutoCloseable {

    private final Device device;
    private final long address;
    private boolean closed;

    public DeviceMemory(Device device, long bytes) {
        this.device = device;
        this.address = device.allocate(bytes);
    }

    public long address() {
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
