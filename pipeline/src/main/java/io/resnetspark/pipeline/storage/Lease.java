package io.resnetspark.pipeline.storage;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A lock that is held, and renewed in the background until it is closed. */
public final class Lease implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    private final LeaseLock lock;
    private final ScheduledExecutorService renewal;
    private LeaseRecord record;
    private boolean closed;

    private Lease(LeaseLock lock, LeaseRecord record) {
        this.lock = lock;
        this.record = record;
        this.renewal = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "lease-renewal");
            thread.setDaemon(true);
            return thread;
        });
    }

    static Lease start(LeaseLock lock, LeaseRecord record) {
        Lease lease = new Lease(lock, record);
        long millis = lock.renewalInterval().toMillis();
        Future<?> unused =
                lease.renewal.scheduleWithFixedDelay(lease::renewQuietly, millis, millis, TimeUnit.MILLISECONDS);
        return lease;
    }

    /** The fencing token: larger than that of every lease of this lock before. */
    public long token() {
        return record.token();
    }

    /**
     * To be called before anything is written that only the holder may write.
     *
     * @throws LeaseLostException if the lease ran out or another holder has taken over
     */
    public synchronized void check() {
        Optional<LeaseRecord> newest = lock.newest();
        if (newest.isEmpty() || !newest.get().holder().equals(record.holder())) {
            throw new LeaseLostException("The lock %s was taken over by %s"
                    .formatted(
                            lock.path(),
                            newest.map(other -> other.holder().describe()).orElse("somebody who removed its files")));
        }
        if (!lock.now().isBefore(Instant.parse(record.expiresAt()))) {
            throw new LeaseLostException(
                    "The lease of the lock %s ran out at %s without being renewed; give it a longer one"
                            .formatted(lock.path(), record.expiresAt()));
        }
    }

    /**
     * Extends the lease from now.
     *
     * @throws LeaseLostException if it is lost already: it cannot be had back
     */
    synchronized void renew() {
        check();
        record = lock.renewed(record);
        lock.write(record);
    }

    private synchronized void renewQuietly() {
        if (closed) {
            return;
        }
        try {
            renew();
        } catch (LeaseLostException e) {
            LOG.error("{}", e.getMessage());
            renewal.shutdown();
        } catch (RuntimeException e) {
            LOG.warn("Cannot renew the lease of {} now: {}", lock.path(), e.getMessage());
        }
    }

    /** Gives the lock back, unless it is lost. */
    @Override
    public synchronized void close() {
        renewal.shutdownNow();
        if (closed) {
            return;
        }
        closed = true;
        try {
            check();
            lock.write(new LeaseRecord(record.token(), record.holder(), record.renewedAt(), record.expiresAt(), true));
        } catch (LeaseLostException e) {
            LOG.warn("{}", e.getMessage());
        }
    }
}
