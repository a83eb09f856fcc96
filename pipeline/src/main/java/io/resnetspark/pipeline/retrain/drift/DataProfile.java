package io.resnetspark.pipeline.retrain.drift;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What images look like as a whole: how many there are of each class, and how brightness and contrast are distributed over
 * them. Taken from sums that the dataset's rows carry; no image is decoded. Profiles of parts merge to that of the whole.
 */
public final class DataProfile implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Bins of a histogram over 0..1. */
    static final int BINS = 256;

    /** What is measured of each channel of an image. */
    public enum Feature {
        /** Mean of the channel's pixels, 0..1. */
        BRIGHTNESS,
        /** Standard deviation of the channel's pixels, 0..0.5, drawn out to 0..1. */
        CONTRAST
    }

    private final long[] labels;
    private final long[][][] histograms;

    /** A profile of no images. */
    DataProfile(int classes, int channels) {
        this.labels = new long[classes];
        this.histograms = new long[channels][Feature.values().length][BINS];
    }

    /**
     * Profiles rows of a dataset.
     *
     * @param rows with {@code label, width, height, pixel_sums, pixel_square_sums}
     */
    public static DataProfile of(Dataset<Row> rows, int classes, int channels) {
        return rows.select("label", "width", "height", "pixel_sums", "pixel_square_sums")
                .toJavaRDD()
                .treeAggregate(new DataProfile(classes, channels), DataProfile::add, DataProfile::merge);
    }

    private DataProfile add(Row row) {
        double pixels = (double) row.getInt(1) * row.getInt(2);
        List<Long> sums = row.getList(3);
        List<Long> squareSums = row.getList(4);
        for (int channel = 0; channel < histograms.length; channel++) {
            add(channel, pixels, sums.get(channel), squareSums.get(channel));
        }
        labels[row.getInt(0)]++;
        return this;
    }

    private void add(int channel, double pixels, long sum, long squareSum) {
        double mean = sum / (255 * pixels);
        double variance = squareSum / (255.0 * 255.0 * pixels) - mean * mean;
        histograms[channel][Feature.BRIGHTNESS.ordinal()][bin(mean)]++;
        histograms[channel][Feature.CONTRAST.ordinal()][bin(2 * Math.sqrt(Math.max(0, variance)))]++;
    }

    private static int bin(double value) {
        return Math.max(0, Math.min(BINS - 1, (int) (value * BINS)));
    }

    private DataProfile merge(DataProfile other) {
        for (int label = 0; label < labels.length; label++) {
            labels[label] += other.labels[label];
        }
        for (int channel = 0; channel < histograms.length; channel++) {
            for (Feature feature : Feature.values()) {
                long[] mine = histograms[channel][feature.ordinal()];
                long[] its = other.histograms[channel][feature.ordinal()];
                for (int bin = 0; bin < BINS; bin++) {
                    mine[bin] += its[bin];
                }
            }
        }
        return this;
    }

    /** Images by label. */
    public long[] labels() {
        return labels.clone();
    }

    public int channels() {
        return histograms.length;
    }

    long[] histogram(int channel, Feature feature) {
        return histograms[channel][feature.ordinal()].clone();
    }

    /** Number of images. */
    public long images() {
        long images = 0;
        for (long count : labels) {
            images += count;
        }
        return images;
    }
}
