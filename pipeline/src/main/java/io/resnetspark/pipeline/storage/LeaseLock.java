package io.resnetspark.pipeline.storage;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * A lock for one holder at a time, on any Hadoop file system. It is held for a lease that the holder renews: when the
 * holder dies, the lease runs out (C. Gray and D. Cheriton, "Leases", SOSP 1989).
 *
 * <p>Every lease is a numbered file of its own, and the highest number counts. Numbers only grow, so they fence: a holder
 * that slept past its lease finds a higher number and must not write ({@link Lease#check}). Creating the next number is
 * what exactly one contender can do; on object stores without a conditional write two may do it within the same moment,
 * and the one whose file was overwritten finds another holder's name in it at its next check.
 *
 * <p>Clocks of contenders should agree to well within the lease.
 */
public final class LeaseLock {

    private static final String FILE = "lease-%012d.json";

    private final AtomicStore store;
    private final Duration lease;
    private final InstantSource clock;

    private LeaseLock(AtomicStore store, Duration lease, InstantSource clock) {
        this.store = store;
        this.lease = lease;
        this.clock = clock;
    }

    /**
     * @param store a directory of its own; need not exist
     * @param lease how long a holder that stopped renewing still has the lock, at least a second
     */
    public static LeaseLock in(AtomicStore store, Duration lease) {
        return in(store, lease, InstantSource.system());
    }

    static LeaseLock in(AtomicStore store, Duration lease, InstantSource clock) {
        if (lease.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("a lease must last at least a second, not " + lease);
        }
        return new LeaseLock(store, lease, clock);
    }

    /** Takes the lock if it is free: never held, given back, run out, or held by a process known to have ended. */
    public Optional<Lease> tryAcquire() {
        Optional<LeaseRecord> last = newest();
        if (last.isPresent() && !last.get().isFree(clock.instant())) {
            return Optional.empty();
        }
        long token = last.map(LeaseRecord::token).orElse(0L) + 1;
        LeaseRecord mine = record(token, LeaseHolder.thisProcess());
        if (!store.createIfAbsent(file(token), mine.format())) {
            return Optional.empty();
        }
        // A contender that slept between looking and creating may have filled a gap below the newest number.
        LeaseRecord now = newest().orElseThrow();
        if (!now.holder().equals(mine.holder())) {
            if (now.token() > token) {
                store.delete(file(token));
            }
            return Optional.empty();
        }
        leases().stream().filter(name -> tokenOf(name) < token).forEach(store::delete);
        return Optional.of(Lease.start(this, mine));
    }

    /** Who holds the lock and until when, in words; empty if it is free. */
    public Optional<String> holder() {
        return newest()
                .filter(record -> !record.isFree(clock.instant()))
                .map(record -> "%s, until %s unless renewed".formatted(record.holder().describe(), record.expiresAt()));
    }

    Optional<LeaseRecord> newest() {
        List<String> names = leases();
        return names.isEmpty()
                ? Optional.empty()
                : store.read(names.get(names.size() - 1)).map(LeaseRecord::parse);
    }

    private List<String> leases() {
        return store.list("").stream()
                .filter(name -> name.matches("lease-\\d{12}\\.json"))
                .toList();
    }

    LeaseRecord renewed(LeaseRecord record) {
        return record(record.token(), record.holder());
    }

    private LeaseRecord record(long token, LeaseHolder holder) {
        Instant now = clock.instant();
        return new LeaseRecord(token, holder, now.toString(), now.plus(lease).toString(), false);
    }

    void write(LeaseRecord record) {
        store.replace(file(record.token()), record.format());
    }

    Instant now() {
        return clock.instant();
    }

    Duration renewalInterval() {
        return lease.dividedBy(4);
    }

    String path() {
        return store.root().toString();
    }

    private static String file(long token) {
        return FILE.formatted(token);
    }

    private static long tokenOf(String name) {
        return Long.parseLong(name.substring(6, 18));
    }
}
