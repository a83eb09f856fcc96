package io.resnetspark.model.gpu.cudnn;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Arrays of the host on the device for one operation of a layer that is computed by itself: the arguments are copied there,
 * and the results back. Networks that are trained or evaluated as a whole do without.
 */
final class Staging implements AutoCloseable {

    private record Result(HostArray host, long address) {}

    private final Device device;
    private final List<Long> memory = new ArrayList<>();
    private final List<Result> results = new ArrayList<>();

    Staging(Device device) {
        this.device = device;
    }

    /** A copy of an argument. */
    long sent(INDArray array) {
        HostArray host = HostArray.of(array);
        long address = scratch(host.bytes());
        device.upload(host, address, host.bytes());
        return address;
    }

    /** Where a result is to be computed. */
    long expected(INDArray array) {
        HostArray host = HostArray.target(array);
        long address = scratch(host.bytes());
        results.add(new Result(host, address));
        return address;
    }

    long scratch(long bytes) {
        long address = device.allocate(bytes);
        memory.add(address);
        return address;
    }

    /** Copies the results to the host. */
    void fetch() {
        for (Result result : results) {
            device.download(result.address(), result.host(), result.host().bytes());
        }
    }

    @Override
    public void close() {
        memory.forEach(device::free);
    }
}
