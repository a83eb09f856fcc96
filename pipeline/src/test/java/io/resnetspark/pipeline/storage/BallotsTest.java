package io.resnetspark.pipeline.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Writers whose every access to the store happens at a moment that chance decides, some of which die between two
 * accesses: whatever the order, one content is agreed on.
 */
class BallotsTest {

    private static final int RUNS = 400;

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.02})
    void oneContentIsAgreedOnInWhateverOrderWritersGetToRun(double deathsPerAccess) throws Exception {
        for (int seed = 0; seed < RUNS; seed++) {
            Schedule schedule = new Schedule(new Random(seed), deathsPerAccess);
            Memory memory = new Memory();
            List<Writer> writers = new ArrayList<>();
            for (int i = 0; i < 2 + seed % 3; i++) {
                writers.add(new Writer("content of " + i, memory, schedule));
            }
            schedule.run(writers);

            assertThat(memory.decisions).as("seed %d", seed).hasSizeLessThanOrEqualTo(1);
            List<Writer> winners = writers.stream().filter(writer -> writer.won).toList();
            assertThat(winners).as("seed %d", seed).hasSizeLessThanOrEqualTo(1);
            winners.forEach(winner -> assertThat(memory.decisions).containsExactly(winner.content));
            if (writers.stream().noneMatch(writer -> writer.died)) {
                assertThat(winners).as("seed %d", seed).hasSize(1);
            }
        }
    }

    /** What is on the store. Access is by one thread at a time. */
    private static final class Memory {
        final Map<String, byte[]> ballots = new TreeMap<>();
        final Set<String> decisions = new HashSet<>();
        byte[] decided;
    }

    private static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Lets one writer run at a time, up to its next access. */
    private static final class Schedule {

        private final Random random;
        private final double deathsPerAccess;
        private final Semaphore stopped = new Semaphore(0);

        Schedule(Random random, double deathsPerAccess) {
            this.random = random;
            this.deathsPerAccess = deathsPerAccess;
        }

        void run(List<Writer> writers) throws InterruptedException {
            writers.forEach(Thread::start);
            stopped.acquire(writers.size());
            List<Writer> running = new ArrayList<>(writers);
            while (true) {
                running.removeIf(writer -> writer.finished);
                if (running.isEmpty()) {
                    break;
                }
                running.get(random.nextInt(running.size())).go.release();
                stopped.acquire();
            }
            for (Writer writer : writers) {
                writer.join();
            }
        }

        /** Called by a writer before an access. */
        void access(Writer writer) {
            stopped.release();
            writer.go.acquireUninterruptibly();
            if (random.nextDouble() < deathsPerAccess) {
                throw new Death();
            }
        }
    }

    private static final class Writer extends Thread implements Ballots.Registers {

        final Semaphore go = new Semaphore(0);
        final String content;
        final Memory memory;
        final Schedule schedule;
        volatile boolean finished;
        volatile boolean won;
        volatile boolean died;

        Writer(String content, Memory memory, Schedule schedule) {
            this.content = content;
            this.memory = memory;
            this.schedule = schedule;
        }

        @Override
        public void run() {
            try {
                won = new Ballots(this, attempt -> schedule.access(this)).propose(content.getBytes(UTF_8));
            } catch (Death e) {
                died = true;
            }
            finished = true;
            schedule.stopped.release();
        }

        /** What came or went while the list was made may be in it or not. */
        @Override
        public List<String> list() {
            schedule.access(this);
            Set<String> before = new TreeSet<>(memory.ballots.keySet());
            schedule.access(this);
            Set<String> listed = new TreeSet<>(before);
            listed.addAll(memory.ballots.keySet());
            listed.removeIf(name ->
                    !(before.contains(name) && memory.ballots.containsKey(name)) && schedule.random.nextBoolean());
            return List.copyOf(listed);
        }

        @Override
        public Optional<byte[]> read(String name) {
            schedule.access(this);
            return Optional.ofNullable(memory.ballots.get(name));
        }

        @Override
        public void write(String name, byte[] bytes) {
            schedule.access(this);
            assertThat(memory.ballots).doesNotContainKey(name);
            memory.ballots.put(name, bytes);
        }

        @Override
        public void clear() {
            for (String name : List.copyOf(memory.ballots.keySet())) {
                schedule.access(this);
                memory.ballots.remove(name);
            }
        }

        @Override
        public Optional<byte[]> decided() {
            schedule.access(this);
            return Optional.ofNullable(memory.decided);
        }

        @Override
        public void decide(byte[] bytes) {
            schedule.access(this);
            memory.decided = bytes;
            memory.decisions.add(new String(bytes, UTF_8));
        }
    }
}
