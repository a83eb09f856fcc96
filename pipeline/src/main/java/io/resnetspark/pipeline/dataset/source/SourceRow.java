package io.resnetspark.pipeline.dataset.source;

import io.resnetspark.model.image.Image;
import io.resnetspark.pipeline.dataset.Split;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Rows of {@link SourceImages#SCHEMA}. */
final class SourceRow {

    static final String NO_LABEL = "no-label";
    static final String INVALID_LABEL = "invalid-label";
    static final String INVALID_WEIGHT = "invalid-weight";
    static final String UNREADABLE = "unreadable";
    static final String TOO_LARGE = "too-large";
    static final String NO_BYTES = "no-bytes";
    static final String EMPTY = "empty";

    private SourceRow() {}

    static Row encoded(String origin, String label, Split split, byte[] content) {
        return encoded(origin, label, split, content, null);
    }

    /** @param weight null where the source does not say */
    static Row encoded(String origin, String label, Split split, byte[] content, Float weight) {
        return RowFactory.create(origin, label, nameOf(split), content, 0, 0, 0, null, null, weight);
    }

    /** @param pixels shape {@code [height, width, channels]} */
    static Row raw(String origin, String label, Split split, byte[] pixels, int width, int height, int channels) {
        return raw(origin, label, split, new Image(width, height, channels, pixels), null);
    }

    /** @param weight null where the source does not say */
    static Row raw(String origin, String label, Split split, Image image, Float weight) {
        return RowFactory.create(
                origin,
                label,
                nameOf(split),
                image.pixels(),
                image.width(),
                image.height(),
                image.channels(),
                null,
                null,
                weight);
    }

    static Row rejected(String origin, String label, Split split, byte[] content, String reason, String detail) {
        return RowFactory.create(origin, label, nameOf(split), content, 0, 0, 0, reason, detail, null);
    }

    private static String nameOf(Split split) {
        return split == null ? null : split.label();
    }
}
