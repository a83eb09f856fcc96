package io.resnetspark.pipeline.registry;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.NumberedLog;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happened to one model, in the order all writers agree on: {@code log/0000000001.json} and on. {@code current.json}
 * holds the state after one of the last entries, so that few have to be read; it is never needed and may lag behind.
 */
final class EventLog {

    static final String SNAPSHOT = "current.json";
    static final String DIRECTORY = "log";

    private static final int SNAPSHOT_READS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

    private final AtomicStore store;
    private final String snapshot;
    private final NumberedLog log;

    EventLog(AtomicStore store, String model) {
        this.store = store;
        this.snapshot = model + "/" + SNAPSHOT;
        this.log = NumberedLog.in(store, model + "/" + DIRECTORY);
    }

    /** The state now: every entry that was written before this call is part of it. */
    RegistryState state() {
        RegistryState state = snapshot();
        for (Optional<RegistryEntry> next = read(state.revision() + 1);
                next.isPresent();
                next = read(state.revision() + 1)) {
            state = state.after(next.get());
        }
        return state;
    }

    private RegistryState snapshot() {
        try {
            return readSnapshot();
        } catch (BadDataException | UncheckedIOException e) {
            LOG.warn("{}; reading the whole log instead", e.getMessage());
            return RegistryState.EMPTY;
        }
    }

    /** @throws BadDataException if the snapshot is damaged */
    RegistryState readSnapshot() {
        for (int attempt = 1; ; attempt++) {
            try {
                return store.read(snapshot)
                        .map(json -> SealedDocument.unseal(json, RegistryState.class, snapshotPath()))
                        .orElse(RegistryState.EMPTY);
            } catch (UncheckedIOException e) {
                // Object stores notice when a file is replaced while it is read.
                if (attempt == SNAPSHOT_READS) {
                    throw e;
                }
            }
        }
    }

    String snapshotPath() {
        return store.path(snapshot).toString();
    }

    /** @throws BadDataException if the entry is damaged */
    Optional<RegistryEntry> read(long revision) {
        return log.read(revision).map(json -> {
            RegistryEntry entry = SealedDocument.unseal(json, RegistryEntry.class, log.path(revision));
            if (entry.revision() != revision) {
                throw new BadDataException(
                        "%s is damaged: it says it is entry %d".formatted(log.path(revision), entry.revision()));
            }
            return entry;
        });
    }

    long newest() {
        return log.newest();
    }

    String path(long revision) {
        return log.path(revision);
    }

    /** All entries, oldest first. */
    List<RegistryEntry> entries() {
        List<RegistryEntry> entries = new ArrayList<>();
        for (long revision = 1; ; revision++) {
            Optional<RegistryEntry> entry = read(revision);
            if (entry.isEmpty()) {
                return entries;
            }
            entries.add(entry.get());
        }
    }

    /**
     * Lets something happen. Where another writer was faster, it is decided again on what that writer left.
     *
     * @param decide what happens in a given state; empty for nothing
     * @return the state after it
     */
    RegistryState append(Function<RegistryState, Optional<RegistryEvent>> decide, String reason) {
        while (true) {
            RegistryState state = state();
            Optional<RegistryEvent> event = decide.apply(state);
            if (event.isEmpty()) {
                return state;
            }
            RegistryEntry entry = new RegistryEntry(
                    RegistryEntry.FORMAT_VERSION,
                    UUID.randomUUID().toString(),
                    state.revision() + 1,
                    Instant.now().truncatedTo(ChronoUnit.MILLIS).toString(),
                    writer(),
                    reason,
                    event.get());
            RegistryState next = state.after(entry);
            if (log.append(entry.revision(), SealedDocument.seal(entry))) {
                store.replace(snapshot, SealedDocument.seal(next));
                return next;
            }
        }
    }

    private static String writer() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unknown host";
        }
        return System.getProperty("user.name") + "@" + host;
    }
}
