package io.resnetspark.pipeline.storage;

import java.util.Optional;

/**
 * Entries 1, 2, 3, … that are written once and never change: what several writers that know nothing of each other need to
 * agree on an order. A writer reads up to the newest entry, decides what should come next, and appends it under the next
 * number; if another was faster, it reads that entry and decides again.
 *
 * <p>Exactly one writer gets a number, on every store. Local disk: a hard link, which fails when the name is taken. HDFS:
 * a rename that does not overwrite. Elsewhere: {@link Ballots}. Entries must never be deleted.
 */
public final class NumberedLog {

    private final AtomicStore store;
    private final String directory;

    private NumberedLog(AtomicStore store, String directory) {
        this.store = store;
        this.directory = directory;
    }

    /** The log in a directory of {@code store}, which need not exist. */
    public static NumberedLog in(AtomicStore store, String directory) {
        return new NumberedLog(store, directory);
    }

    /** The entry of that number, or empty when there is none yet. */
    public Optional<byte[]> read(long number) {
        return store.read(name(number));
    }

    /** Fully qualified path of the entry, for messages. */
    public String path(long number) {
        return store.path(name(number)).toString();
    }

    /** The number of the newest entry, 0 when there is none. */
    public long newest() {
        return store.list(directory).stream()
                .filter(name -> name.matches("\\d{10}\\.json"))
                .mapToLong(name -> Long.parseLong(name.substring(0, 10)))
                .max()
                .orElse(0);
    }

    /**
     * Writes an entry unless its number is taken.
     *
     * @param number one more than that of an entry the writer has read, or 1
     * @return whether this call wrote it; when the process dies or storage fails before the answer, the entry may or may
     *     not have been written
     */
    public boolean append(long number, byte[] content) {
        if (number < 1 || (number > 1 && !store.exists(name(number - 1)))) {
            throw new IllegalArgumentException("entry %d of %s has no predecessor".formatted(number, directory));
        }
        return store.createsExclusively()
                ? store.createIfAbsent(name(number), content)
                : Ballots.of(store, directory + "/ballots/%010d".formatted(number), name(number))
                        .propose(content);
    }

    private String name(long number) {
        return "%s/%010d.json".formatted(directory, number);
    }
}
