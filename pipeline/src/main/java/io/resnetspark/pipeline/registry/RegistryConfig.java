package io.resnetspark.pipeline.registry;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where models are kept and for how long.
 *
 * @param path path or URI of the registry; the environment variable {@value RegistryLocation#VARIABLE} if empty
 * @param keepLast newest versions that {@code registry retain} keeps of each model, at least 0
 * @param keepFor how long it keeps a version after it was added
 */
public record RegistryConfig(Optional<String> path, OptionalInt keepLast, Optional<Duration> keepFor) {

    public RegistryConfig {
        new Retention(keepLast, keepFor); // refuses what makes no sense
    }

    public Retention retention() {
        return new Retention(keepLast, keepFor);
    }
}
