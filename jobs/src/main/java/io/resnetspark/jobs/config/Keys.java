package io.resnetspark.jobs.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** How names are spelled in configuration files, and which known name a misspelled one most likely means. */
final class Keys {

    private Keys() {}

    /** {@code averagingFrequency}, {@code AveragingFrequency} and {@code AVERAGING_FREQUENCY} as {@code averaging-frequency}. */
    static String kebab(String javaName) {
        return javaName.replaceAll("([a-z0-9])([A-Z])", "$1-$2")
                .replaceAll("([A-Z])([A-Z][a-z])", "$1-$2")
                .replace('_', '-')
                .toLowerCase(Locale.ROOT);
    }

    /** A clause such as {@code "; did you mean epochs?"}, or nothing when no known name is near. */
    static String suggestion(String unknown, Collection<String> known) {
        return nearest(unknown, known).map("; did you mean %s?"::formatted).orElse("");
    }

    private static Optional<String> nearest(String unknown, Collection<String> known) {
        String best = null;
        int bestDistance = Math.max(2, unknown.length() / 3) + 1;
        for (String candidate : known) {
            int distance = editDistance(unknown, candidate);
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Levenshtein's distance: the fewest insertions, deletions and replacements that turn one text into the other. */
    private static int editDistance(String from, String to) {
        int[] previous = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] current = new int[to.length() + 1];
            current[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[to.length()];
    }
}
