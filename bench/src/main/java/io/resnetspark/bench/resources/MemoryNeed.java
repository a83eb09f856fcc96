package io.resnetspark.bench.resources;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.image.load.ReadAhead;
import io.resnetspark.model.program.MemoryPlan;
import io.resnetspark.model.program.TrainingPrecision;

/**
 * What a training step cannot do without, in bytes.
 *
 * @param maps what the program keeps of maps and their gradients, by its plan of memory
 * @param parameters with their gradients and velocities
 * @param input the batches that are read ahead and the one in use
 */
record MemoryNeed(long maps, long parameters, long input) {

    private static final int COPIES = 3;

    static MemoryNeed of(ResNetSpec spec, int batch, TrainingPrecision precision) {
        long pixels = (long) spec.channels() * spec.inputSize() * spec.inputSize();
        int batches = ReadAhead.standard().batches() + 1;
        return new MemoryNeed(
                batch
                        * MemoryPlan.training(ResNet.program(spec), precision.maps())
                                .bytesPerImage(),
                (long) COPIES * Float.BYTES * ParameterLayout.of(spec).length(),
                (long) Float.BYTES * batch * pixels * batches);
    }

    long total() {
        return maps + parameters + input;
    }
}
