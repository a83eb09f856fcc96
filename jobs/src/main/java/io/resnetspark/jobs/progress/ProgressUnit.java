package io.resnetspark.jobs.progress;

import java.util.Locale;

/** What a command counts, and how its amounts and speeds are written. */
public enum ProgressUnit {
    IMAGES {
        @Override
        String amounts(long done, long total) {
            return String.format(Locale.ROOT, "%,d of %,d images", done, total);
        }

        @Override
        String speed(double perSecond) {
            return String.format(Locale.ROOT, perSecond < 10 ? "%.1f images/s" : "%,.0f images/s", perSecond);
        }
    },
    BYTES {
        @Override
        String amounts(long done, long total) {
            return String.format(Locale.ROOT, "%,.1f of %,.1f MB", done / 1e6, total / 1e6);
        }

        @Override
        String speed(double perSecond) {
            return String.format(Locale.ROOT, "%,.1f MB/s", perSecond / 1e6);
        }
    };

    abstract String amounts(long done, long total);

    abstract String speed(double perSecond);
}
