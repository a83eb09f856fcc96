package io.resnetspark.pipeline.retrain;

import io.resnetspark.pipeline.retrain.Portion.Fate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a retraining remembers from cycle to cycle: {@code ledger.json} of its work directory.
 *
 * @param formatVersion of the file
 * @param testSet the frozen test split; empty before the first cycle
 * @param batches what was seen of each batch, by name
 * @param portions the images of each dataset version, by version
 * @param cycles the finished cycles, oldest first
 */
public record Ledger(
        int formatVersion,
        Optional<TestSet> testSet,
        Map<String, Seen> batches,
        List<Portion> portions,
        List<CycleSummary> cycles) {

    public static final int FORMAT_VERSION = 1;
    public static final Ledger EMPTY = new Ledger(FORMAT_VERSION, Optional.empty(), Map.of(), List.of(), List.of());

    /**
     * @param signature what the batch looked like
     * @param refusal why none of it was taken; empty if it was
     */
    public record Seen(String signature, Optional<String> refusal) {}

    public Ledger {
        batches = Collections.unmodifiableMap(new TreeMap<>(batches));
        portions = List.copyOf(portions);
        cycles = List.copyOf(cycles);
    }

    public int lastCycle() {
        return cycles.isEmpty() ? 0 : cycles.get(cycles.size() - 1).number();
    }

    /** The newest version of the dataset that a finished cycle knows of. */
    public int lastVersion() {
        return portions.stream().mapToInt(Portion::version).max().orElse(0);
    }

    /** Batches that were never seen, changed since, or were refused and are now released. */
    public List<IncomingBatch> newAmong(List<IncomingBatch> found, Collection<String> released) {
        return found.stream()
                .filter(batch -> {
                    Seen seen = batches.get(batch.name());
                    return seen == null
                            || !seen.signature().equals(batch.signature())
                            || (seen.refusal().isPresent() && released.contains(batch.name()));
                })
                .toList();
    }

    /** Quarantined portions that somebody has released since. */
    public List<Portion> releasedBy(Collection<String> released) {
        return portions.stream()
                .filter(portion -> portion.fate() == Fate.QUARANTINED && released.contains(portion.batch()))
                .toList();
    }

    public List<Portion> with(Fate fate) {
        return portions.stream().filter(portion -> portion.fate() == fate).toList();
    }

    /** After a cycle: its batches are seen, its portions replace those of the same versions. */
    public Ledger after(TestSet frozen, Map<String, Seen> seen, List<Portion> changed, CycleSummary summary) {
        Map<String, Seen> allSeen = new TreeMap<>(batches);
        allSeen.putAll(seen);
        Map<Integer, Portion> byVersion = new TreeMap<>();
        portions.forEach(portion -> byVersion.put(portion.version(), portion));
        changed.forEach(portion -> byVersion.put(portion.version(), portion));
        List<CycleSummary> allCycles = new ArrayList<>(cycles);
        allCycles.add(summary);
        return new Ledger(FORMAT_VERSION, Optional.of(frozen), allSeen, new ArrayList<>(byVersion.values()), allCycles);
    }
}
