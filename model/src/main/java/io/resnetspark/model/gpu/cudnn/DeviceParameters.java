package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.Step.Convolution;
import java.util.HashMap;
import java.util.Map;

/**
 * The addresses of a program's parameters and of their gradients, and its convolutions' weights once more as cuDNN's
 * channels-last kernels want them: {@code [out, size, size, in]} of the maps' type, where the flat vector has PyTorch's {@code
 * [out, in, size, size]} floats. To pack them moves the weights once in and out, a small part of what a convolution moves.
 */
final class DeviceParameters implements AutoCloseable {

    private final Device device;
    private final long values;
    private final long gradients;
    private final Map<ParameterSlice, Convolution> convolutions = new HashMap<>();
    private final Map<ParameterSlice, Long> offsets = new HashMap<>();
    private final long packed;

    /**
     * @param values address of the flat vector
     * @param gradients address of the gradient, laid out alike; not looked at without training
     */
    DeviceParameters(Device device, Program program, Element maps, long values, long gradients) {
        this.device = device;
        this.values = values;
        this.gradients = gradients;
        long bytes = 0;
        for (Step step : program.steps()) {
            if (step instanceof Convolution convolution) {
                convolutions.put(convolution.weight(), convolution);
                offsets.put(convolution.weight(), bytes);
                bytes += DeviceLayout.aligned(packedBytes(convolution, maps));
            }
        }
        packed = device.allocate(bytes);
    }

    static long packedBytes(Convolution convolution, Element maps) {
        return (long) convolution.weight().length() * maps.bytes();
    }

    /** Packs the weights as they are now. */
    void pack(Operations operations) {
        convolutions.forEach(
                (weight, convolution) -> operations.packWeight(value(weight), packed(weight), convolution));
    }

    long value(ParameterSlice slice) {
        return values + (long) slice.offset() * Float.BYTES;
    }

    long gradient(ParameterSlice slice) {
        return gradients + (long) slice.offset() * Float.BYTES;
    }

    long packed(ParameterSlice weight) {
        return packed + offsets.get(weight);
    }

    /** Frees the packed weights. */
    @Override
    public void close() {
        device.free(packed);
    }
}
