package io.resnetspark.jobs.schedule;

import java.time.Duration;

/** Durations as people say them. */
final class Durations {

    private Durations() {}

    /** In the largest unit that fits and the one below: {@code 2 h 5 min}, {@code 3 min}, {@code 1.5 s}. */
    static String inWords(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            double exact = duration.toMillis() / 1000.0;
            return exact == seconds ? seconds + " s" : "%.1f s".formatted(exact);
        }
        if (seconds < 3600) {
            return pair(seconds / 60, "min", seconds % 60, "s");
        }
        return seconds < 86_400
                ? pair(seconds / 3600, "h", seconds % 3600 / 60, "min")
                : pair(seconds / 86_400, "d", seconds % 86_400 / 3600, "h");
    }

    private static String pair(long large, String largeUnit, long small, String smallUnit) {
        return small == 0 ? large + " " + largeUnit : "%d %s %d %s".formatted(large, largeUnit, small, smallUnit);
    }
}
