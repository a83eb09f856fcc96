package io.resnetspark.pipeline.storage;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Lets several writers agree on the content of one file where a store cannot create a file exclusively. All it needs is
 * that objects appear whole and that reads and lists show what was written before them, which S3, Google Cloud Storage and
 * Azure promise.
 *
 * <p>Disk Paxos (Gafni and Lamport 2003, doi:10.1007/s00446-002-0070-8) on one disk, with a new object for every write:
 *
 * <ol>
 *   <li>Announce a ballot, higher than every ballot listed. List again; give way to a higher one.
 *   <li>Take the content of the highest ballot that has one, else one's own, and write it under the ballot. List again;
 *       give way to a higher one.
 *   <li>The content is agreed on. Write the file; whoever else does writes the same.
 * </ol>
 *
 * <p>A ballot that was not announced when the second list was made will see this content in its own first list, so no
 * two contents are ever agreed on, however slow a writer is and whenever it dies. Ballots are removed once the file is
 * there: a writer that misses some of them sees the file instead, which it looks for last and which is never removed.
 */
final class Ballots {

    /** What agreement needs of a store. */
    interface Registers {

        /** Names in the ballots' directory, all that were written before the call among them. */
        List<String> list();

        /** Empty if it was cleared meanwhile. */
        Optional<byte[]> read(String name);

        /** Writes a name nobody wrote before. */
        void write(String name, byte[] content);

        /** Removes all ballots. */
        void clear();

        /** The file to be agreed on, if it is there. */
        Optional<byte[]> decided();

        void decide(byte[] content);
    }

    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final int LONGEST_PAUSE_MILLIS = 2_000;

    /** Waits after an attempt that gave way, longer the more there were. */
    interface Pause {
        void after(int attempt);
    }

    private final Registers registers;
    private final Pause pause;

    Ballots(Registers registers, Pause pause) {
        this.registers = registers;
        this.pause = pause;
    }

    /** @param file which must never be deleted */
    static Ballots of(AtomicStore store, String directory, String file) {
        Registers registers = new Registers() {
            @Override
            public List<String> list() {
                return store.list(directory);
            }

            @Override
            public Optional<byte[]> read(String name) {
                return store.read(directory + "/" + name);
            }

            @Override
            public void write(String name, byte[] content) {
                store.replace(directory + "/" + name, content);
            }

            @Override
            public void clear() {
                store.delete(directory);
            }

            @Override
            public Optional<byte[]> decided() {
                return store.read(file);
            }

            @Override
            public void decide(byte[] content) {
                store.replace(file, content);
            }
        };
        return new Ballots(registers, Ballots::pause);
    }

    /** @param writer breaks ties between equal counters */
    private record Ballot(long counter, String writer) implements Comparable<Ballot> {

        private static final Comparator<Ballot> ORDER =
                Comparator.comparingLong(Ballot::counter).thenComparing(Ballot::writer);

        static Ballot parse(String name) {
            return new Ballot(Long.parseLong(name.substring(0, 10)), name.substring(11, name.lastIndexOf('.')));
        }

        String announcement() {
            return name("announced");
        }

        String content() {
            return name("content");
        }

        private String name(String phase) {
            return "%010d-%s.%s".formatted(counter, writer, phase);
        }

        static boolean isContent(String name) {
            return name.endsWith(".content");
        }

        @Override
        public int compareTo(Ballot other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * Proposes a content, which no other writer may propose.
     *
     * @return whether it is the one agreed on
     * @throws IllegalStateException if no agreement was reached in two minutes of others getting in between
     */
    boolean propose(byte[] content) {
        String writer = UUID.randomUUID().toString();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (int attempt = 0; System.nanoTime() < deadline; attempt++) {
            Optional<byte[]> decided = registers.decided();
            if (decided.isPresent()) {
                registers.clear();
                return Arrays.equals(decided.get(), content);
            }
            Optional<byte[]> agreed = hold(writer, content);
            if (agreed.isEmpty()) {
                pause.after(attempt);
            } else if (registers.decided().isEmpty()) { // looked for after the last list: see above
                registers.decide(agreed.get());
            }
        }
        throw new IllegalStateException("Other writers got in between for two minutes; try again");
    }

    /** One ballot; empty if it gave way to another. */
    private Optional<byte[]> hold(String writer, byte[] proposal) {
        long highest = registers.list().stream()
                .mapToLong(name -> Ballot.parse(name).counter())
                .max()
                .orElse(0);
        Ballot ballot = new Ballot(highest + 1, writer);
        registers.write(ballot.announcement(), new byte[] {0}); // some stores treat empty objects as folders
        List<String> names = registers.list();
        if (isOutbid(ballot, names)) {
            return Optional.empty();
        }
        Optional<byte[]> content = names.stream()
                .filter(Ballot::isContent)
                .max(Comparator.comparing(Ballot::parse))
                .map(registers::read)
                .orElse(Optional.of(proposal));
        if (content.isEmpty()) {
            return Optional.empty();
        }
        registers.write(ballot.content(), content.get());
        return isOutbid(ballot, registers.list()) ? Optional.empty() : content;
    }

    private static boolean isOutbid(Ballot ballot, List<String> names) {
        return names.stream().map(Ballot::parse).anyMatch(other -> other.compareTo(ballot) > 0);
    }

    /** At random, longer with every attempt, so that one of several rivals gets through. */
    private static void pause(int attempt) {
        int most = Math.min(LONGEST_PAUSE_MILLIS, 20 << Math.min(attempt, 10));
        try {
            Thread.sleep(ThreadLocalRandom.current().nextInt(most));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while agreeing with other writers", e);
        }
    }
}
