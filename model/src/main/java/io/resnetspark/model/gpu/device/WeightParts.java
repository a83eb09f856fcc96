package io.resnetspark.model.gpu.device;

import io.resnetspark.model.program.Step.Convolution;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.IntPointer;

/** Convolutions' weights cut into parts for a block of threads each: {@code WeightPart} of {@code kernels.cu}. */
public final class WeightParts implements AutoCloseable {

    private static final int VALUES_PER_PART = 1 << 12;

    private final Device device;
    private final List<int[]> parts = new ArrayList<>();
    private DeviceMemory memory;

    WeightParts(Device device) {
        this.device = device;
    }

    /**
     * @param packedOffset where the packed weight begins, in values
     * @param floats whether its packed gradient is floats, whatever the maps are
     */
    void add(Convolution step, int packedOffset, boolean floats) {
        int length = step.weight().length();
        for (int start = 0; start < length; start += VALUES_PER_PART) {
            parts.add(new int[] {
                step.weight().offset(),
                packedOffset,
                step.input().channels(),
                step.window().size() * step.window().size(),
                start,
                Math.min(length, start + VALUES_PER_PART),
                floats ? 1 : 0
            });
        }
    }

    /** Copies them to the device. */
    void upload() {
        if (!parts.isEmpty()) {
            int[] values = parts.stream().flatMapToInt(java.util.Arrays::stream).toArray();
            long bytes = (long) values.length * Integer.BYTES;
            memory = new DeviceMemory(device, bytes);
            try (IntPointer host = new IntPointer(values)) {
                device.upload(host, memory.address(), bytes);
            }
        }
    }

    int count() {
        return parts.size();
    }

    long address() {
        return memory.address();
    }

    @Override
    public void close() {
        if (memory != null) {
            memory.close();
        }
    }
}
