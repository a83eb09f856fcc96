package io.resnetspark.pipeline.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseLockTest {

    private static final Duration LEASE = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private Instant now = Instant.parse("2026-11-01T00:00:00Z");

    private AtomicStore store() {
        return AtomicStore.at(directory.resolve("lock").toString(), new Configuration());
    }

    private LeaseLock lock() {
        return LeaseLock.in(store(), LEASE, () -> now);
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    @Test
    void aHeldLockIsHeldByNobodyElse() {
        try (Lease lease = lock().tryAcquire().orElseThrow()) {
            assertThat(lock().tryAcquire()).isEmpty();
            assertThat(lock().holder())
                    .get()
                    .asString()
                    .contains("process " + ProcessHandle.current().pid());
            lease.check();
        }
    }

    @Test
    void aLockGivenBackIsFreeAndItsTokensGrow() {
        long last = 0;
        for (int i = 0; i < 3; i++) {
            try (Lease lease = lock().tryAcquire().orElseThrow()) {
                assertThat(lease.token()).isGreaterThan(last);
                last = lease.token();
            }
            assertThat(lock().holder()).isEmpty();
        }
    }

    @Test
    void aLeaseThatRanOutIsTakenOverAndFencesItsHolder() {
        try (Lease slept = lock().tryAcquire().orElseThrow()) {
            pass(LEASE);
            assertThatThrownBy(slept::check)
                    .isInstanceOf(LeaseLostException.class)
                    .hasMessageContaining("ran out");
            try (Lease other = lock().tryAcquire().orElseThrow()) {
                assertThat(other.token()).isGreaterThan(slept.token());
                assertThatThrownBy(slept::check)
                        .isInstanceOf(LeaseLostException.class)
                        .hasMessageContaining("taken over");
                assertThatThrownBy(slept::renew).isInstanceOf(LeaseLostException.class);
                slept.close(); // must not free the lock of its successor
                assertThat(lock().tryAcquire()).isEmpty();
                other.check();
            }
        }
    }

    @Test
    void aRenewedLeaseDoesNotRunOut() {
        try (Lease lease = lock().tryAcquire().orElseThrow()) {
            for (int i = 0; i < 5; i++) {
                pass(LEASE.dividedBy(2));
                lease.renew();
                assertThat(lock().tryAcquire()).isEmpty();
            }
            lease.check();
        }
    }

    @Test
    void aProcessKnownToHaveEndedHoldsNothing() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        LeaseHolder here = LeaseHolder.thisProcess();
        LeaseHolder dead = new LeaseHolder("another", here.host(), ended.pid(), here.startedAt(), here.pidNamespace());
        LeaseRecord claim =
                new LeaseRecord(1, dead, now.toString(), now.plus(LEASE).toString(), false);
        assertThat(NumberedLog.in(store(), "claims").append(1, JsonDocument.bytes(claim)))
                .isTrue();

        try (Lease lease = lock().tryAcquire().orElseThrow()) {
            assertThat(lease.token()).isEqualTo(2);
        }
    }

    @Test
    void aHolderOnAnotherMachineIsBelievedUntilItsLeaseRunsOut() {
        LeaseHolder here = LeaseHolder.thisProcess();
        LeaseHolder elsewhere = new LeaseHolder("another", "elsewhere", 1, "", here.pidNamespace());
        LeaseRecord claim =
                new LeaseRecord(1, elsewhere, now.toString(), now.plus(LEASE).toString(), false);
        NumberedLog.in(store(), "claims").append(1, JsonDocument.bytes(claim));

        assertThat(lock().tryAcquire()).isEmpty();
        pass(LEASE);
        lock().tryAcquire().orElseThrow().close();
    }

    @Test
    void oneOfManyContendersWins() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 5; round++) {
                List<Callable<Optional<Lease>>> contenders = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    contenders.add(() -> lock().tryAcquire());
                }
                List<Lease> won = new ArrayList<>();
                for (Future<Optional<Lease>> each : threads.invokeAll(contenders)) {
                    each.get().ifPresent(won::add);
                }
                assertThat(won).hasSize(1);
                won.forEach(Lease::close);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
