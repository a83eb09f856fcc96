package io.resnetspark.pipeline.storage;

import io.resnetspark.pipeline.storage.InputFiles.Entry;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What lies among images and is left out by a rule, counted, and not taken for images that failed.
 *
 * @param counts by rule: {@code hidden}, {@code no-image} (notes, tables, what file managers leave), {@code link-back} (links to
 *     folders of the input itself) and {@code output} (the program's own)
 * @param examples one path for each rule
 */
public record LeftOut(Map<String, Long> counts, Map<String, String> examples) implements Serializable {

    private static final String HIDDEN = "hidden";
    private static final String NO_IMAGE = "no-image";
    private static final String LINK_BACK = "link-back";
    private static final String OUTPUT = "output";

    public static LeftOut nothing() {
        return new LeftOut(new TreeMap<>(), new TreeMap<>());
    }

    public static LeftOut of(Iterable<Entry> entries) {
        LeftOut sum = nothing();
        for (Entry entry : entries) {
            sum = leavesOut(entry) ? sum.plus(entry) : sum;
        }
        return sum;
    }

    /** Whether an entry is left out of images by a rule. */
    public static boolean leavesOut(Entry entry) {
        return switch (entry.kind()) {
            case HIDDEN, LINK_BACK, OUTPUT -> true;
            case FILE, FOLDER -> InputFiles.isLitter(entry);
            case UNREADABLE -> false;
        };
    }

    /** This and an entry that is left out, which is added in place. */
    public LeftOut plus(Entry entry) {
        String rule =
                switch (entry.kind()) {
                    case HIDDEN -> HIDDEN;
                    case LINK_BACK -> LINK_BACK;
                    case OUTPUT -> OUTPUT;
                    case FILE, FOLDER, UNREADABLE -> NO_IMAGE;
                };
        counts.merge(rule, 1L, Long::sum);
        examples.putIfAbsent(rule, entry.path());
        return this;
    }

    /** This and what was left out elsewhere, which is added in place. */
    public LeftOut plus(LeftOut other) {
        other.counts.forEach((rule, count) -> counts.merge(rule, count, Long::sum));
        other.examples.forEach(examples::putIfAbsent);
        return this;
    }

    /** What a user should know of it. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (counts.containsKey(LINK_BACK)) {
            notes.add(
                    "Links to folders of the input itself were not followed (%d, such as %s): what they lead to is read where it lies"
                            .formatted(counts.get(LINK_BACK), examples.get(LINK_BACK)));
        }
        if (counts.containsKey(OUTPUT)) {
            notes.add("The output %s lies inside the input and was left out".formatted(examples.get(OUTPUT)));
        }
        return notes;
    }

    /** One line for each rule: how many, and one of them. */
    public List<String> lines() {
        return counts.entrySet().stream()
                .map(rule -> "left out, %s: %d, such as %s"
                        .formatted(rule.getKey(), rule.getValue(), examples.get(rule.getKey())))
                .toList();
    }
}
