package io.resnetspark.pipeline.dataset;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What an image is for. */
public enum Split {
    /** Fits the parameters. */
    TRAIN,
    /** Chooses between models and checkpoints. */
    VAL,
    /** Touched once, for the number that is reported. */
    TEST;

    /** The lower-case name used in tables, files and on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The split of that name; {@code training}, {@code valid}, {@code validation} and {@code testing} are understood too.
     *
     * @throws IllegalArgumentException if no split is called that
     */
    public static Split parse(String name) {
        return find(name)
                .orElseThrow(() -> new IllegalArgumentException("No split is called \"%s\"; there are %s"
                        .formatted(
                                name, Arrays.stream(values()).map(Split::label).collect(Collectors.joining(", ")))));
    }

    /** Like {@link #parse}, but empty for any other name, for example that of a class folder. */
    public static Optional<Split> find(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "train", "training" -> Optional.of(TRAIN);
            case "val", "valid", "validation" -> Optional.of(VAL);
            case "test", "testing" -> Optional.of(TEST);
            default -> Optional.empty();
        };
    }
}
