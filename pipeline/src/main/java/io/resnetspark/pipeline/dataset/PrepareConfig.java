package io.resnetspark.pipeline.dataset;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.dataset.prepare.PrepareJob;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@link PrepareJob} does. Everything but {@code input}, {@code format}, {@code maxRejectedFraction},
 * {@code maxPixels} and {@code parquet} shapes the dataset itself and must stay the same from version to version.
 *
 * @param input path or URI of the source: a folder, or for Parquet a file or folder
 * @param format what the source is
 * @param output path or URI of the dataset to create or extend
 * @param channels 3 (RGB) or 1 (grey): what every stored image has
 * @param resize what is done to the size of an image before it is stored
 * @param storage how images are stored
 * @param split which image serves which purpose
 * @param maxRejectedFraction largest tolerated share of rejected images among those seen, 0..1
 * @param maxPixels largest width times height of a source image in pixels, by its header; larger ones are rejected
 * @param parquet columns of a Parquet source
 */
public record PrepareConfig(
        String input,
        SourceFormat format,
        String output,
        int channels,
        Resize resize,
        Storage storage,
        Splits split,
        double maxRejectedFraction,
        long maxPixels,
        ParquetColumns parquet)
        implements Serializable {

    /** Kinds of source. */
    public enum SourceFormat {
        /** One folder per class, optionally below train, val and test folders. */
        IMAGE_FOLDER,
        /** {@code data_batch_*.bin} and {@code test_batch*.bin} (cs.toronto.edu/~kriz/cifar.html, binary version). */
        CIFAR10,
        /** {@code train*.bin} and {@code test*.bin} with fine labels. */
        CIFAR100,
        /** Pairs of {@code *-images-idx3-ubyte} and {@code *-labels-idx1-ubyte}, plain or gzipped (the MNIST family). */
        IDX,
        /** Parquet with an image column and a label column. */
        PARQUET
    }

    /** What happens to the size of an image before it is stored. */
    public enum ResizeRule {
        /** Stored as it is. */
        NONE,
        /** The shorter side becomes {@code sizePixels}, the longer side follows. */
        SHORTER_SIDE,
        /** Becomes {@code sizePixels} x {@code sizePixels}, whatever its shape. */
        EXACT
    }

    /** How the bytes of a stored image are to be read. */
    public enum StoredEncoding {
        /** Pixels, {@code [height, width, channels]} unsigned bytes: nothing to decode during training. */
        RAW,
        /** The source's own bytes, or PNG where the image was resized: smaller, decoded at each reading. */
        ENCODED
    }

    /** Where the split of an image comes from. */
    public enum SplitOrigin {
        /** The source's own splits (folders, files or column); images without one are split by hash. */
        SOURCE,
        /** The hash of the image's content, whatever the source says. */
        HASH
    }

    /**
     * @param sizePixels side in pixels, at least 1; ignored by {@link ResizeRule#NONE}
     */
    public record Resize(ResizeRule rule, int sizePixels) implements Serializable {}

    /**
     * @param encoding how images are stored
     * @param fileMebibytes size that data files are aimed at, in MiB
     * @param rowGroupMebibytes size of a Parquet row group in MiB; a writing task holds one in memory
     */
    public record Storage(StoredEncoding encoding, int fileMebibytes, int rowGroupMebibytes) implements Serializable {}

    /**
     * @param train fraction of the images split by hash that train, 0..1; the three fractions sum to 1
     * @param val fraction that validate, 0..1
     * @param test fraction that test, 0..1
     * @param valFromTrain fraction of the source's own training images that validate instead, 0..1, for sources that
     *     have no validation split
     * @param seed another seed gives another, independent split
     */
    public record Splits(SplitOrigin from, double train, double val, double test, double valFromTrain, long seed)
            implements Serializable {}

    /**
     * @param image column of encoded images (binary), of structs with a binary field {@code bytes}, or of Spark's image
     *     structs
     * @param label column of class names (string) or numbers (integer)
     * @param split column of split names, or empty when the source has none
     * @param weight column of positive numbers, how much an image counts in training; empty when all count alike
     */
    public record ParquetColumns(String image, String label, String split, String weight) implements Serializable {}

    public PrepareConfig {
        List<String> problems = new ArrayList<>();
        check(problems, !input.isBlank(), "input must name the folder or file to read");
        check(problems, !output.isBlank(), "output must name the dataset to write");
        check(problems, channels == 1 || channels == 3, "channels must be 1 or 3, not " + channels);
        check(
                problems,
                resize.rule() == ResizeRule.NONE || (resize.sizePixels() >= 1 && resize.sizePixels() <= 16_384),
                "resize.size-pixels must be 1 to 16384, not " + resize.sizePixels());
        check(
                problems,
                storage.fileMebibytes() >= 1 && storage.fileMebibytes() <= 4096,
                "storage.file-mebibytes must be 1 to 4096, not " + storage.fileMebibytes());
        check(
                problems,
                storage.rowGroupMebibytes() >= 1 && storage.rowGroupMebibytes() <= 1024,
                "storage.row-group-mebibytes must be 1 to 1024, not " + storage.rowGroupMebibytes());
        checkFraction(problems, "split.train", split.train());
        checkFraction(problems, "split.val", split.val());
        checkFraction(problems, "split.test", split.test());
        checkFraction(problems, "split.val-from-train", split.valFromTrain());
        double sum = split.train() + split.val() + split.test();
        check(
                problems,
                Math.abs(sum - 1) < 1e-6,
                "split.train, split.val and split.test must sum to 1, not %s".formatted(sum));
        checkFraction(problems, "max-rejected-fraction", maxRejectedFraction);
        check(problems, maxPixels >= 1, "max-pixels must be at least 1, not " + maxPixels);
        if (format == SourceFormat.PARQUET) {
            check(problems, !parquet.image().isBlank(), "parquet.image must name the image column");
            check(problems, !parquet.label().isBlank(), "parquet.label must name the label column");
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException("prepare: " + String.join("; ", problems));
        }
    }

    /** A configuration with every default; the other components are changed with the {@code with} methods. */
    public static PrepareConfig of(String input, SourceFormat format, String output) {
        return new PrepareConfig(
                input,
                format,
                output,
                3,
                new Resize(ResizeRule.NONE, 0),
                new Storage(StoredEncoding.RAW, 256, 32),
                new Splits(SplitOrigin.SOURCE, 0.8, 0.1, 0.1, 0, 0),
                0.05,
                89_478_485,
                new ParquetColumns("image", "label", "", ""));
    }

    public PrepareConfig withInput(String newInput) {
        return new PrepareConfig(
                newInput, format, output, channels, resize, storage, split, maxRejectedFraction, maxPixels, parquet);
    }

    public PrepareConfig withResize(ResizeRule rule, int sizePixels) {
        return new PrepareConfig(
                input,
                format,
                output,
                channels,
                new Resize(rule, sizePixels),
                storage,
                split,
                maxRejectedFraction,
                maxPixels,
                parquet);
    }

    public PrepareConfig withChannels(int newChannels) {
        return new PrepareConfig(
                input, format, output, newChannels, resize, storage, split, maxRejectedFraction, maxPixels, parquet);
    }

    public PrepareConfig withStorage(Storage newStorage) {
        return new PrepareConfig(
                input, format, output, channels, resize, newStorage, split, maxRejectedFraction, maxPixels, parquet);
    }

    public PrepareConfig withSplit(Splits newSplit) {
        return new PrepareConfig(
                input, format, output, channels, resize, storage, newSplit, maxRejectedFraction, maxPixels, parquet);
    }

    public PrepareConfig withMaxRejectedFraction(double fraction) {
        return new PrepareConfig(input, format, output, channels, resize, storage, split, fraction, maxPixels, parquet);
    }

    public PrepareConfig withMaxPixels(long pixels) {
        return new PrepareConfig(
                input, format, output, channels, resize, storage, split, maxRejectedFraction, pixels, parquet);
    }

    public PrepareConfig withParquet(ParquetColumns columns) {
        return new PrepareConfig(
                input, format, output, channels, resize, storage, split, maxRejectedFraction, maxPixels, columns);
    }

    private static void checkFraction(List<String> problems, String key, double value) {
        check(problems, value >= 0 && value <= 1, "%s must be 0 to 1, not %s".formatted(key, value));
    }

    private static void check(List<String> problems, boolean holds, String problem) {
        if (!holds) {
            problems.add(problem);
        }
    }
}
