package io.resnetspark.pipeline.training.worker;

import java.io.Serializable;

/**
 * The features of a split's images, in the order of its index, as files of little-endian floats beside the run: at most
 * {@value #MOST_PER_FILE} images each, so that a file fits the memory of the task that writes it, however large the split.
 *
 * @param directory fully qualified
 * @param examples images of the split
 * @param width features of one image
 * @param perFile images of every file but the last
 */
public record FeatureTable(String directory, int examples, int width, int perFile) implements Serializable {

    static final int MOST_PER_FILE = 4096;

    /** Files for about as many tasks as there are workers, more if they would become too large. */
    static FeatureTable sharedBy(int workers, String directory, int examples, int width) {
        int share = (examples + workers - 1) / workers;
        return new FeatureTable(directory, examples, width, Math.max(1, Math.min(share, MOST_PER_FILE)));
    }

    int files() {
        return (examples + perFile - 1) / perFile;
    }

    String fileName(int file) {
        return "block-%06d".formatted(file);
    }

    String path(int file) {
        return directory + "/" + fileName(file);
    }

    int firstOf(int file) {
        return file * perFile;
    }

    int countOf(int file) {
        return Math.min(perFile, examples - firstOf(file));
    }

    int bytesPerExample() {
        return width * Float.BYTES;
    }
}
