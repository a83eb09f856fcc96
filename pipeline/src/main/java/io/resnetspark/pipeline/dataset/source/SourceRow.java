package io.resnetspark.pipeline.dataset.source;

import io.resnetspark.pipeline.dataset.Split;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Rows of {@link SourceImages#SCHEMA}. */
final class SourceRow {

    static final String NO_LABEL = "no-label";
    static final String INVALID_LABEL = "invalid-label";
    static final String UNREADABLE = "unreadable";
    static final String TOO_LARGE = "too-large";
    static final String NO_BYTES = "no-bytes";
    static final String EMPTY = "empty";

    private SourceRow() {}

    static Row encoded(String origin, String label, Split split, byte[] content) {
        return RowFactory.create(origin, label, nameOf(split), content, 0, 0, 0, null, null);
    }

    /** @param pixels shape {@code [height, width, channels]} */
    static Row raw(String origin, String label, Split split, byte[] pixels, int width, int height, int channels) {
        return RowFactory.create(origin, label, nameOf(split), pixels, width, height, channels, null, null);
    }

    static Row rejected(String origin, String label, Split split, byte[] content, String reason, String detail) {
        return RowFactory.create(origin, label, nameOf(split), content, 0, 0, 0, reason, detail);
    }

    private static String nameOf(Split split) {
        return split == null ? null : split.label();
    }
}
