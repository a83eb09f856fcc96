package io.resnetspark.pipeline.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which versions may go: those that no alias points to and no rule keeps. Without a rule all are kept.
 *
 * @param keepLast the newest versions kept, at least 0
 * @param keepFor how long a version is kept after it was added
 */
public record Retention(OptionalInt keepLast, Optional<Duration> keepFor) {

    /** Everything stays. */
    public static final Retention KEEP_ALL = new Retention(OptionalInt.empty(), Optional.empty());

    public Retention {
        if (keepLast.isPresent() && keepLast.getAsInt() < 0) {
            throw new IllegalArgumentException("keep-last must be at least 0, not " + keepLast.getAsInt());
        }
        if (keepFor.isPresent() && keepFor.get().isNegative()) {
            throw new IllegalArgumentException("keep-for must not be negative: " + keepFor.get());
        }
    }

    /** Versions that may go, by number. */
    public SortedSet<Integer> expired(RegistryState state, Instant now) {
        if (keepLast.isEmpty() && keepFor.isEmpty()) {
            return new TreeSet<>();
        }
        SortedSet<Integer> expired = new TreeSet<>(state.versions().keySet());
        expired.removeAll(state.aliases().values());
        List<Integer> numbers = List.copyOf(state.versions().keySet());
        keepLast.ifPresent(
                count -> expired.removeAll(numbers.subList(Math.max(0, numbers.size() - count), numbers.size())));
        keepFor.ifPresent(time -> expired.removeIf(
                version -> Instant.parse(state.versions().get(version).addedAt())
                        .plus(time)
                        .isAfter(now)));
        return expired;
    }
}
