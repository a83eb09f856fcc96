package io.resnetspark.pipeline.registry;

import java.util.List;

/**
 * What a check of all files of a model found.
 *
 * @param versions checked
 * @param files checked, log entries among them
 * @param damages files that are missing or not as they were written
 * @param leftovers directories of writers that died, below {@code versions/}; harmless
 */
public record Verification(int versions, long files, List<Damage> damages, List<String> leftovers) {

    /**
     * @param file its full path
     * @param problem what is wrong with it
     */
    public record Damage(String file, String problem) {}

    public Verification {
        damages = List.copyOf(damages);
        leftovers = List.copyOf(leftovers);
    }
}
