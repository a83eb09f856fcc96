package io.resnetspark.pipeline.dataset;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;

/**
 * Where each image of a split lies in the dataset's files, so that images can be read in any order without Spark. Images
 * are numbered by their {@code image_id}, so the numbering depends on the images alone, not on how they are spread over
 * files. About 48 bytes per image.
 *
 * <p>Immutable; made to be broadcast.
 */
public final class ExampleIndex implements Serializable {

    private static final long serialVersionUID = 1L;

    private final List<String> files;
    private final long[] fileLengths;
    private final PrepareConfig.StoredEncoding encoding;
    private final int channels;
    private final Columns columns;
    /** How much each image counts in training; empty if all count alike. */
    private final float[] weights;

    /**
     * One entry per image.
     *
     * @param idHashes first eight bytes of the image_id, big-endian
     * @param labels class index
     * @param files position in the list of files
     * @param offsets of the stored bytes in their file
     * @param lengths of the stored bytes
     * @param widths in pixels
     * @param heights in pixels
     * @param checksums CRC-32C of the stored bytes
     * @param versions dataset version that added the image
     * @param weights how much the source says the image counts; 1 if it says nothing
     */
    record Columns(
            long[] idHashes,
            int[] labels,
            int[] files,
            long[] offsets,
            int[] lengths,
            int[] widths,
            int[] heights,
            int[] checksums,
            int[] versions,
            float[] weights)
            implements Serializable {

        static Columns ofSize(int size) {
            return new Columns(
                    new long[size],
                    new int[size],
                    new int[size],
                    new long[size],
                    new int[size],
                    new int[size],
                    new int[size],
                    new int[size],
                    new int[size],
                    new float[size]);
        }

        /** Sets an entry to that of other columns. */
        void copy(int entry, Columns from, int row) {
            idHashes[entry] = from.idHashes[row];
            labels[entry] = from.labels[row];
            files[entry] = from.files[row];
            offsets[entry] = from.offsets[row];
            lengths[entry] = from.lengths[row];
            widths[entry] = from.widths[row];
            heights[entry] = from.heights[row];
            checksums[entry] = from.checksums[row];
            versions[entry] = from.versions[row];
            weights[entry] = from.weights[row];
        }
    }

    ExampleIndex(
            List<String> files,
            long[] fileLengths,
            PrepareConfig.StoredEncoding encoding,
            int channels,
            Columns columns) {
        this(files, fileLengths, encoding, channels, columns, new float[0]);
    }

    private ExampleIndex(
            List<String> files,
            long[] fileLengths,
            PrepareConfig.StoredEncoding encoding,
            int channels,
            Columns columns,
            float[] weights) {
        this.files = List.copyOf(files);
        this.fileLengths = fileLengths;
        this.encoding = encoding;
        this.channels = channels;
        this.columns = columns;
        this.weights = weights;
    }

    /**
     * Reads the page headers and the small columns of a split's files, in one distributed pass; the images themselves
     * are not read.
     *
     * @throws BadDataException if the files do not hold exactly the images the manifest promises, or another program
     *     rewrote them so that images are no longer byte ranges
     */
    public static ExampleIndex build(SparkSession spark, ImageDataset dataset, Split split) {
        return ExampleIndexBuilder.build(spark, dataset, split);
    }

    /**
     * The first {@code count} images. Their order is that of a hash of their content, so this is a random sample, and a
     * larger one contains it.
     *
     * @throws ConfigurationException if there are fewer
     */
    public ExampleIndex first(int count) {
        if (count < 1 || count > size()) {
            throw new ConfigurationException(
                    "The split has %d images, so 1 to %d of them can be used, not %d".formatted(size(), size(), count));
        }
        return of(IntStream.range(0, count).toArray());
    }

    /** The images of this index that a selection takes, in the same order. */
    public ExampleIndex select(ExampleSelection selection) {
        return of(selection.of(this));
    }

    private ExampleIndex of(int[] examples) {
        Columns selected = Columns.ofSize(examples.length);
        for (int i = 0; i < examples.length; i++) {
            selected.copy(i, columns, examples[i]);
        }
        return new ExampleIndex(files, fileLengths, encoding, channels, selected);
    }

    /** Images of each class. */
    public int[] classCounts(int classes) {
        int[] counts = new int[classes];
        for (int label : columns.labels()) {
            counts[label]++;
        }
        return counts;
    }

    /**
     * The same images, each counting as much as the source says times its class's weight, over the mean of that: the
     * learning rate means what it means without weights.
     *
     * @param ofClasses positive, by class index
     */
    public ExampleIndex weighted(double[] ofClasses) {
        double[] products = new double[size()];
        for (int i = 0; i < products.length; i++) {
            products[i] = columns.weights()[i] * ofClasses[label(i)];
        }
        double mean = Arrays.stream(products).average().orElse(1);
        if (Arrays.stream(products).allMatch(product -> product == products[0])) {
            return this;
        }
        float[] relative = new float[products.length];
        for (int i = 0; i < products.length; i++) {
            relative[i] = (float) (products[i] / mean);
        }
        return new ExampleIndex(files, fileLengths, encoding, channels, columns, relative);
    }

    /** How much an image counts in training; 1 unless this index is {@linkplain #weighted weighted}. */
    public float weight(int example) {
        return weights.length == 0 ? 1 : weights[example];
    }

    /** Number of images. */
    public int size() {
        return columns.labels().length;
    }

    /** Class index of an image. */
    public int label(int example) {
        return columns.labels()[example];
    }

    /** The first eight bytes of an image's {@code image_id}, big-endian: its own wherever it is stored. */
    public long idHash(int example) {
        return columns.idHashes()[example];
    }

    /** The dataset version that added an image. */
    public int version(int example) {
        return columns.versions()[example];
    }

    /** Width of the stored image in pixels. */
    public int width(int example) {
        return columns.widths()[example];
    }

    /** Height of the stored image in pixels. */
    public int height(int example) {
        return columns.heights()[example];
    }

    /** Number of stored bytes of an image. */
    public int length(int example) {
        return columns.lengths()[example];
    }

    /** Channels of every image: 1 or 3. */
    public int channels() {
        return channels;
    }

    /** How stored bytes are to be read. */
    public PrepareConfig.StoredEncoding encoding() {
        return encoding;
    }

    /** The files that hold the split, fully qualified. */
    public List<String> files() {
        return files;
    }

    long fileLength(int file) {
        return fileLengths[file];
    }

    int file(int example) {
        return columns.files()[example];
    }

    long offset(int example) {
        return columns.offsets()[example];
    }

    int checksum(int example) {
        return columns.checksums()[example];
    }
}
