package io.resnetspark.model.gpu.device;

import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.Step.Convolution;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The addresses of a program's parameters and of their gradients, and its convolutions' weights once more as cuDNN's
 * channels-last kernels want them: {@code [out, size, size, in]} of the maps' type, where the flat vector has PyTorch's {@code
 * [out, in, size, size]} floats. To pack them moves the weights once in and out, a small part of what a convolution moves.
 */
public final class DeviceParameters implements AutoCloseable {

    /** Packed weights begin at multiples of so many values, 256 bytes at least. */
    private static final int ALIGNMENT = 128;

    private final Operations operations;
    private final long values;
    private final long gradients;
    private final Map<ParameterSlice, Integer> offsets = new HashMap<>();
    private final int length;
    private final WeightParts parts;
    private final DeviceMemory packed;

    /**
     * @param values address of the flat vector
     * @param gradients address of the gradient, laid out alike; not looked at without training
     */
    public DeviceParameters(Device device, Operations operations, Program program, long values, long gradients) {
        this.operations = operations;
        this.values = values;
        this.gradients = gradients;
        int end = 0;
        List<Convolution> convolutions = new ArrayList<>();
        for (Step step : program.steps()) {
            if (step instanceof Convolution convolution) {
                convolutions.add(convolution);
                offsets.put(convolution.weight(), end);
                end += (convolution.weight().length() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            }
        }
        length = end;
        parts = new WeightParts(device);
        convolutions.forEach(convolution -> parts.add(convolution, packedOffset(convolution.weight()), false));
        try {
            parts.upload();
            packed = new DeviceMemory(device, (long) length * operations.maps().bytes());
        } catch (RuntimeException | Error e) {
            parts.close();
            throw e;
        }
    }

    /** Packs the weights as they are now. */
    public void pack() {
        operations.packWeights(parts, values, packed.address());
    }

    long value(ParameterSlice slice) {
        return values + (long) slice.offset() * Float.BYTES;
    }

    long gradient(ParameterSlice slice) {
        return gradients + (long) slice.offset() * Float.BYTES;
    }

    /** Address of the whole gradient. */
    long gradients() {
        return gradients;
    }

    long packed(ParameterSlice weight) {
        return packed.address()
                + (long) packedOffset(weight) * operations.maps().bytes();
    }

    /** Where a packed weight begins among all of them, in values. */
    int packedOffset(ParameterSlice weight) {
        return offsets.get(weight);
    }

    /** Values of all packed weights. */
    int packedLength() {
        return length;
    }

    /** Frees the packed weights. */
    @Override
    public void close() {
        parts.close();
        packed.close();
    }
}
