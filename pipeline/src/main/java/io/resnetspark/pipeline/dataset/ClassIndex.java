package io.resnetspark.pipeline.dataset;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Class names by label. A label once given to a class stays its label in every later version: a network trained on one
 * version means the same by its outputs on the next.
 *
 * @param names class names, at their label's position
 */
public record ClassIndex(List<String> names) implements Serializable {

    /** Numbers by value, everything else by code point, numbers first: the same on every machine and in every locale. */
    private static final Comparator<String> NATURAL = Comparator.<String, Boolean>comparing(name -> !isNumber(name))
            .thenComparing(name -> isNumber(name) ? Long.parseLong(name) : 0L)
            .thenComparing(Function.identity());

    public ClassIndex {
        names = List.copyOf(names);
        if (names.stream().distinct().count() != names.size()) {
            throw new IllegalArgumentException("class names repeat: " + names);
        }
    }

    /**
     * This index with new classes behind the ones it has: first those the source defines, in its order, then those seen
     * besides, sorted.
     */
    public ClassIndex extendedBy(List<String> defined, Collection<String> seen) {
        Set<String> all = new LinkedHashSet<>(names);
        all.addAll(defined);
        seen.stream().sorted(NATURAL).forEach(all::add);
        return new ClassIndex(new ArrayList<>(all));
    }

    /** Labels by class name. */
    public Map<String, Integer> labels() {
        return IntStream.range(0, names.size()).boxed().collect(Collectors.toMap(names::get, label -> label));
    }

    private static boolean isNumber(String name) {
        return name.matches("\\d{1,18}");
    }
}
