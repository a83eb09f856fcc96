package io.resnetspark.pipeline.training;

/** The check that most numbers of a configuration need. */
final class AtLeast {

    private AtLeast() {}

    /**
     * @param key as the configuration spells it
     * @throws IllegalArgumentException naming the key, if the value is below the least
     */
    static void check(String key, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException("%s must be at least %d, not %d".formatted(key, least, value));
        }
    }
}
