package io.resnetspark.bench.resources;

import io.resnetspark.model.NetworkTable;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.image.load.ReadAhead;

/**
 * What a training step cannot do without, in bytes, from the network's layers.
 *
 * @param activations outputs of all vertices, kept for the backward pass
 * @param parameters with their gradients and velocities
 * @param input the batches that are read ahead and the one in use
 */
record MemoryNeed(long activations, long parameters, long input) {

    private static final int COPIES = 3;

    static MemoryNeed of(ResNetSpec spec, int batch) {
        long values = NetworkTable.of(spec).rows().stream()
                .mapToLong(row -> row.outputShape().stream().reduce(1L, (a, b) -> a * b))
                .sum();
        long pixels = (long) spec.channels() * spec.inputSize() * spec.inputSize();
        int batches = ReadAhead.standard().batches() + 1;
        return new MemoryNeed(
                (long) Float.BYTES * batch * values,
                (long) COPIES * Float.BYTES * ParameterLayout.of(spec).length(),
                (long) Float.BYTES * batch * pixels * batches);
    }

    long total() {
        return activations + parameters + input;
    }
}
