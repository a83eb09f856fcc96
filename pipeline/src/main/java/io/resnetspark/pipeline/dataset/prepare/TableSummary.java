package io.resnetspark.pipeline.dataset.prepare;

import static org.apache.spark.sql.functions.bit_xor;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.resnetspark.pipeline.dataset.DatasetManifest;
import io.resnetspark.pipeline.dataset.ImageTable;
import io.resnetspark.pipeline.dataset.PixelStatistics;
import io.resnetspark.pipeline.dataset.Split;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What a version of the table holds, counted in the table itself.
 *
 * @param images number of images
 * @param splits by split name, in the order train, val, test; splits without images are left out
 * @param trainPixels statistics of the training split
 * @param fingerprint 16 hexadecimal digits, the exclusive or of a hash per image of (image_id, label_name, split)
 */
public record TableSummary(
        long images,
        Map<String, DatasetManifest.SplitSummary> splits,
        PixelStatistics trainPixels,
        String fingerprint) {

    /**
     * @param rows rows of {@link ImageTable#SCHEMA}
     * @param classes class names by label
     */
    static TableSummary of(Dataset<Row> rows, List<String> classes) {
        int channels = 3;
        List<Column> sums = new ArrayList<>();
        sums.add(bit_xor(xxhash64(col("image_id"), col("label_name"), col("split"))));
        sums.add(sum(col("width").cast("long").multiply(col("height"))));
        for (String column : List.of("pixel_sums", "pixel_square_sums")) {
            for (int channel = 0; channel < channels; channel++) {
                // Images may have fewer channels, and Spark 4 refuses what is not there.
                sums.add(sum(when(size(col(column)).gt(channel), col(column).getItem(channel))));
            }
        }
        List<Row> groups = rows.groupBy("split", "label_name")
                .agg(count(lit(1)), sums.toArray(new Column[0]))
                .collectAsList();
        Map<String, DatasetManifest.SplitSummary> splits = new LinkedHashMap<>();
        Totals train = new Totals();
        long fingerprint = 0;
        for (Split split : Split.values()) {
            Map<String, Long> perClass = new LinkedHashMap<>();
            classes.forEach(name -> perClass.put(name, 0L));
            for (Row group : groups) {
                if (group.getString(0).equals(split.label())) {
                    perClass.put(group.getString(1), group.getLong(2));
                    fingerprint ^= group.getLong(3);
                    if (split == Split.TRAIN) {
                        train.add(group);
                    }
                }
            }
            long images = perClass.values().stream().mapToLong(Long::longValue).sum();
            if (images > 0) {
                splits.put(split.label(), new DatasetManifest.SplitSummary(images, perClass));
            }
        }
        long images = splits.values().stream()
                .mapToLong(DatasetManifest.SplitSummary::images)
                .sum();
        return new TableSummary(images, splits, train.statistics(), "%016x".formatted(fingerprint));
    }

    /** Exact sums over the groups of a split; a grey image has one channel, so the others stay null. */
    private static final class Totals {

        private long pixels;
        private final long[] sums = new long[3];
        private final long[] squareSums = new long[3];
        private int channels;

        void add(Row group) {
            pixels += group.getLong(4);
            for (int channel = 0; channel < 3 && !group.isNullAt(5 + channel); channel++) {
                sums[channel] += group.getLong(5 + channel);
                squareSums[channel] += group.getLong(8 + channel);
                channels = Math.max(channels, channel + 1);
            }
        }

        PixelStatistics statistics() {
            return pixels == 0
                    ? new PixelStatistics(0, List.of(), List.of())
                    : PixelStatistics.of(pixels, asList(sums), asList(squareSums));
        }

        private List<Long> asList(long[] values) {
            return Arrays.stream(values).limit(channels).boxed().toList();
        }
    }
}
