package io.resnetspark.pipeline.dataset.prepare;

import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.decode.RejectedImageException;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.dataset.StoredBytes;
import io.resnetspark.pipeline.dataset.prepare.ExaminedImages.Outcome;
import java.util.Iterator;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Decides what becomes of each image of a partition and makes the stored form of the new ones. Rows must hold all copies
 * of an image one after the other, the one to keep first: the decision then needs one image in memory.
 *
 * @param config how images are stored and split
 */
public record ExamineImages(PrepareConfig config) implements MapPartitionsFunction<Row, Row> {

    /** What is remembered of the first copy of an image while the others pass. */
    private record First(
            String imageId, String origin, String label, String sourceSplit, Outcome outcome, Row rejection) {}

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        StoredBytes.Maker maker = new StoredBytes.Maker(config);
        SplitLaw law = new SplitLaw(config.split());
        return new Iterator<>() {
            private First first;

            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Row next() {
                Row row = rows.next();
                if (row.getAs("reason") != null) {
                    return rejected(row, row.getAs("reason"), row.getAs("detail"));
                }
                String imageId = row.getAs("image_id");
                if (first != null && first.imageId().equals(imageId)) {
                    return another(row, first);
                }
                Row examined = examineFirst(row, maker, law);
                Outcome outcome = Outcome.valueOf(examined.getString(0).toUpperCase(Locale.ROOT));
                first = new First(
                        imageId,
                        row.getAs("origin"),
                        row.getAs("label_name"),
                        row.getAs("source_split"),
                        outcome,
                        outcome == Outcome.REJECTED ? examined : null);
                return examined;
            }
        };
    }

    private static Row examineFirst(Row row, StoredBytes.Maker maker, SplitLaw law) {
        String sourceSplit = row.getAs("source_split");
        Split split = law.assign(
                row.getAs("image_id"), Optional.ofNullable(sourceSplit).map(Split::parse));
        if (row.getAs("known_origin") != null) {
            return known(row, split);
        }
        byte[] content = row.getAs("content");
        int rawChannels = row.getAs("raw_channels");
        StoredBytes stored;
        try {
            stored = rawChannels == 0
                    ? maker.fromEncoded(content)
                    : maker.fromPixels(
                            new Image(row.getAs("raw_width"), row.getAs("raw_height"), rawChannels, content));
        } catch (RejectedImageException e) {
            return rejected(row, e.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'), e.getMessage());
        }
        return RowFactory.create(
                Outcome.ADDED.label(),
                null,
                null,
                row.getAs("origin"),
                row.getAs("image_id"),
                row.getAs("label_name"),
                sourceSplit,
                row.getAs("source_size"),
                split.label(),
                stored.image().width(),
                stored.image().height(),
                stored.bytes().length,
                stored.crc32c(),
                stored.pixelSums(),
                stored.pixelSquareSums(),
                row.getAs("weight"),
                stored.bytes());
    }

    /** An image the dataset has stays where it is, whatever the source says now. */
    private static Row known(Row row, Split split) {
        String knownSplit = row.getAs("known_split");
        String knownLabel = row.getAs("known_label");
        if (knownSplit.equals(split.label()) && knownLabel.equals(row.getAs("label_name"))) {
            return row(row, Outcome.UNCHANGED, null, null);
        }
        return row(
                row,
                Outcome.DUPLICATE,
                knownSplit.equals(split.label())
                        ? ExaminedImages.DUPLICATE_OTHER_LABEL
                        : ExaminedImages.DUPLICATE_ACROSS_SPLITS,
                "Same bytes as %s, in the dataset since an earlier version (class %s, %s)"
                        .formatted(row.getAs("known_origin"), knownLabel, knownSplit));
    }

    /** A further copy shares the fate of an unreadable first one; else it is a duplicate. */
    private static Row another(Row row, First first) {
        if (first.outcome() == Outcome.REJECTED) {
            return rejected(
                    row, first.rejection().getString(1), first.rejection().getString(2));
        }
        String label = row.getAs("label_name");
        String sourceSplit = row.getAs("source_split");
        String reason = !Objects.equals(sourceSplit, first.sourceSplit())
                ? ExaminedImages.DUPLICATE_ACROSS_SPLITS
                : label.equals(first.label()) ? ExaminedImages.DUPLICATE : ExaminedImages.DUPLICATE_OTHER_LABEL;
        return row(
                row,
                Outcome.DUPLICATE,
                reason,
                "Same bytes as %s (class %s%s)"
                        .formatted(
                                first.origin(),
                                first.label(),
                                first.sourceSplit() == null ? "" : ", " + first.sourceSplit()));
    }

    private static Row rejected(Row row, String reason, String detail) {
        return row(row, Outcome.REJECTED, reason, detail);
    }

    private static Row row(Row row, Outcome outcome, String reason, String detail) {
        return RowFactory.create(
                outcome.label(),
                reason,
                detail,
                row.getAs("origin"),
                row.getAs("image_id"),
                row.getAs("label_name"),
                row.getAs("source_split"),
                row.getAs("source_size"),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }
}
