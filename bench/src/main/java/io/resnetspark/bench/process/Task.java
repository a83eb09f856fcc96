package io.resnetspark.bench.process;

import io.resnetspark.bench.workload.Mode;
import io.resnetspark.bench.workload.Network;

/**
 * What all systems are to do, one after the other.
 *
 * @param batch images in a step, at least 1
 * @param threads that compute, at least 1
 */
public record Task(Network network, Mode mode, int batch, int threads) {

    public Task {
        if (batch < 1 || threads < 1) {
            throw new IllegalArgumentException(
                    "Batch and threads must be at least 1: %d, %d".formatted(batch, threads));
        }
    }

    @Override
    public String toString() {
        return network.label() + " " + mode.label();
    }
}
