package io.resnetspark.pipeline.evaluation;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Keeps the examples of highest rank: so many of all, and so many of each of certain pairs of classes. Adding the best of
 * parts gives the best of the whole, so tasks select first and the driver selects again.
 */
final class BestExamples {

    /**
     * An example worth showing.
     *
     * @param label class index
     * @param first class the (first) model said, or that is suggested
     * @param second class the second model said
     * @param rank larger is better; ties are broken by image id
     * @param detail one more number to show
     */
    record Found(String imageId, String origin, int label, int first, int second, double rank, double detail)
            implements Serializable {

        static final Comparator<Found> BEST_FIRST =
                Comparator.comparingDouble(Found::rank).reversed().thenComparing(Found::imageId);
    }

    /** A true class and what the model said. */
    record Pair(int label, int predicted) implements Serializable {}

    /**
     * How many to keep.
     *
     * @param most of all
     * @param perPair of each of the pairs
     */
    record Limits(int most, int perPair, Set<Pair> pairs) implements Serializable {

        static Limits of(int most) {
            return new Limits(most, 0, Set.of());
        }
    }

    private final Limits limits;
    private final NavigableSet<Found> overall = new TreeSet<>(Found.BEST_FIRST);
    private final Map<Integer, Map<Integer, NavigableSet<Found>>> byPair = new TreeMap<>();

    BestExamples(Limits limits) {
        this.limits = limits;
    }

    void add(Found found) {
        keep(overall, found, limits.most());
        if (limits.pairs().contains(new Pair(found.label(), found.first()))) {
            NavigableSet<Found> ofPair = byPair.computeIfAbsent(found.label(), label -> new TreeMap<>())
                    .computeIfAbsent(found.first(), predicted -> new TreeSet<>(Found.BEST_FIRST));
            keep(ofPair, found, limits.perPair());
        }
    }

    private static void keep(NavigableSet<Found> best, Found found, int most) {
        best.add(found);
        if (best.size() > most) {
            best.pollLast();
        }
    }

    /** What was kept, best first, each once. */
    List<Found> list() {
        Set<Found> all = new LinkedHashSet<>(overall);
        byPair.values().forEach(row -> row.values().forEach(all::addAll));
        List<Found> sorted = new ArrayList<>(all);
        sorted.sort(Found.BEST_FIRST);
        return sorted;
    }
}
