package io.resnetspark.pipeline.storage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The process that holds a lease.
 *
 * @param id random: tells two holders apart
 * @param host name of the machine
 * @param pid number of the process there
 * @param startedAt ISO-8601 instant the process started; empty if the system does not say
 * @param pidNamespace in which {@code pid} counts, on Linux: containers of one machine have one each; else empty
 */
record LeaseHolder(String id, String host, long pid, String startedAt, String pidNamespace) {

    private static final Path NAMESPACE = Path.of("/proc/self/ns/pid");

    /** This process, as a holder of its own. */
    static LeaseHolder thisProcess() {
        ProcessHandle process = ProcessHandle.current();
        return new LeaseHolder(
                UUID.randomUUID().toString(),
                hostName(),
                process.pid(),
                process.info().startInstant().map(Instant::toString).orElse(""),
                namespace());
    }

    /**
     * Whether the process is known to have ended: it ran here, and there is no process of its number, or one that started
     * at another time. False where that cannot be known.
     */
    boolean hasEnded() {
        if (pidNamespace.isEmpty() || !pidNamespace.equals(namespace()) || !host.equals(hostName())) {
            return false;
        }
        Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
        return process.isEmpty() || startedAtAnotherTime(process.get());
    }

    private boolean startedAtAnotherTime(ProcessHandle process) {
        Optional<Instant> start = process.info().startInstant();
        return !startedAt.isEmpty()
                && start.isPresent()
                && Duration.between(Instant.parse(startedAt), start.get()).abs().compareTo(Duration.ofSeconds(2)) > 0;
    }

    String describe() {
        return "process %d on %s".formatted(pid, host);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    private static String namespace() {
        try {
            return Files.readSymbolicLink(NAMESPACE).toString();
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }
}
