package io.resnetspark.jobs.session;

import io.resnetspark.pipeline.device.DeviceRequest;
import io.resnetspark.pipeline.device.DeviceType;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Section {@code device} of the configuration.
 *
 * @param type what computes
 * @param gpusPerExecutor at least 1; an executor runs one task on each
 * @param discoveryScript path, on the executors' machines, of the program that tells Spark their GPUs
 * @param memory most that a process may take on each GPU, and once more outside the Java heap for each
 */
public record DeviceConfig(
        DeviceType type, int gpusPerExecutor, Optional<String> discoveryScript, Optional<MemorySize> memory) {

    public DeviceConfig {
        if (gpusPerExecutor < 1) {
            throw new IllegalArgumentException("gpusPerExecutor must be at least 1, not " + gpusPerExecutor);
        }
    }

    /** The processor, as documented. */
    public static DeviceConfig standard() {
        return new DeviceConfig(DeviceType.CPU, 1, Optional.empty(), Optional.empty());
    }

    /** What tasks are told. */
    public DeviceRequest request() {
        return new DeviceRequest(
                type, memory.map(limit -> OptionalLong.of(limit.bytes())).orElseGet(OptionalLong::empty));
    }
}
