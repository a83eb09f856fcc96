package io.resnetspark.pipeline.dataset.prepare;

import io.resnetspark.pipeline.dataset.ClassIndex;
import io.resnetspark.pipeline.dataset.DatasetManifest;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.dataset.source.SourceImages;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What is odd about a dataset's classes: nothing that is wrong for certain, and often a slip. */
public final class ClassWarnings {

    private ClassWarnings() {}

    static List<String> of(ClassIndex classes, TableSummary summary) {
        List<String> warnings = new ArrayList<>();
        if (classes.names().size() == 1) {
            warnings.add("%s is the only class: there is nothing to tell it from"
                    .formatted(classes.names().get(0)));
        }
        alike(classes.names())
                .forEach(names -> warnings.add(
                        "The classes %s differ only by case, spaces or the form of their letters, and are kept apart; rename them if they are one"
                                .formatted(SourceImages.some(names))));
        List<String> untrained = untrained(classes.names(), summary);
        if (!untrained.isEmpty()) {
            warnings.add(
                    "%d classes have no training images: %s".formatted(untrained.size(), SourceImages.some(untrained)));
        }
        return warnings;
    }

    /** Names that a person takes for the same, together. */
    static List<List<String>> alike(List<String> names) {
        Map<String, List<String>> byForm =
                names.stream().collect(Collectors.groupingBy(ClassWarnings::form, TreeMap::new, Collectors.toList()));
        return byForm.values().stream().filter(same -> same.size() > 1).toList();
    }

    private static String form(String name) {
        String composed = Normalizer.normalize(name, Normalizer.Form.NFKC).strip();
        return composed.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }

    /** Classes without training images, where others have some. */
    private static List<String> untrained(List<String> names, TableSummary summary) {
        DatasetManifest.SplitSummary train = summary.splits().get(Split.TRAIN.label());
        return train == null
                ? List.of()
                : names.stream()
                        .filter(name -> train.perClass().getOrDefault(name, 0L) == 0)
                        .toList();
    }
}
