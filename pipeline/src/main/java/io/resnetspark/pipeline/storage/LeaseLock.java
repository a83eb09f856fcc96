package io.resnetspark.pipeline.storage;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * A lock for one holder at a time, on any Hadoop file system. It is held for a lease that the holder renews: when the
 * holder dies, the lease runs out (C. Gray and D. Cheriton, "Leases", SOSP 1989).
 *
 * <p>Every lease is an entry of a {@link NumberedLog}, which exactly one contender can write, and the newest counts.
 * Numbers only grow, so they fence: a holder that slept past its lease finds a higher number and must not write
 * ({@link Lease#check}). Renewals go to a file beside the log that only the holder writes.
 *
 * <p>Clocks of contenders should agree to well within the lease.
 */
public final class LeaseLock {

    private static final String CLAIMS = "claims";

    private final AtomicStore store;
    private final NumberedLog claims;
    private final Duration lease;
    private final InstantSource clock;

    private LeaseLock(AtomicStore store, Duration lease, InstantSource clock) {
        this.store = store;
        this.claims = NumberedLog.in(store, CLAIMS);
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
        long before = last.map(LeaseRecord::token).orElse(0L);
        LeaseRecord mine = record(before + 1, LeaseHolder.thisProcess());
        if (!claims.append(mine.token(), JsonDocument.bytes(mine))) {
            return Optional.empty();
        }
        store.delete(renewals(before));
        return Optional.of(Lease.start(this, mine));
    }

    /** Who holds the lock and until when, in words; empty if it is free. */
    public Optional<String> holder() {
        return newest().filter(record -> !record.isFree(clock.instant())).map(record -> "%s, until %s unless renewed"
                .formatted(record.holder().describe(), record.expiresAt()));
    }

    /** The newest lease as it was last renewed. */
    Optional<LeaseRecord> newest() {
        long token = claims.newest();
        String renewed = renewals(token);
        return store.read(renewed)
                .map(json -> JsonDocument.read(
                        json, LeaseRecord.class, store.path(renewed).toString()))
                .or(() ->
                        claims.read(token).map(json -> JsonDocument.read(json, LeaseRecord.class, claims.path(token))));
    }

    LeaseRecord renewed(LeaseRecord record) {
        return record(record.token(), record.holder());
    }

    private LeaseRecord record(long token, LeaseHolder holder) {
        Instant now = clock.instant();
        return new LeaseRecord(token, holder, now.toString(), now.plus(lease).toString(), false);
    }

    void write(LeaseRecord record) {
        store.replace(renewals(record.token()), JsonDocument.bytes(record));
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

    private static String renewals(long token) {
        return "renewed-%010d.json".formatted(token);
    }
}
