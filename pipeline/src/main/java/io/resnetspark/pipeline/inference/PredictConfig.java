package io.resnetspark.pipeline.inference;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.model.Precision;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * How images are predicted.
 *
 * @param format what the input is
 * @param columns of a table that is no prepared dataset
 * @param batchSize images per call of the network, at least 1
 * @param precision what the network computes with
 * @param testTimeAugmentation views of each image whose probabilities are averaged
 * @param imagesPerChunk about so many images are made visible together and need not be done again, at least 1; they are
 *     shared out to chunks by hash
 * @param embeddings whether the predictions have a column of what the network's head reads
 */
@RecordBuilder
public record PredictConfig(
        Format format,
        Columns columns,
        int batchSize,
        Precision precision,
        TestTimeAugmentation testTimeAugmentation,
        int imagesPerChunk,
        boolean embeddings)
        implements Serializable {

    /** What the input is. */
    public enum Format {
        /** Files below a folder, or one file. */
        IMAGE_FOLDER,
        /** A table. */
        PARQUET,
        /** A table. */
        DELTA,
        /** A prepared dataset, all splits. */
        DATASET
    }

    /**
     * @param image column of image files, binary
     * @param id column that tells rows apart; the predictions' column {@code path}
     */
    public record Columns(String image, String id) implements Serializable {}

    /** @throws ConfigurationException naming every setting that is out of range */
    public PredictConfig {
        List<String> problems = new ArrayList<>();
        if (batchSize < 1) {
            problems.add("batch-size must be at least 1, not " + batchSize);
        }
        if (imagesPerChunk < 1) {
            problems.add("images-per-chunk must be at least 1, not " + imagesPerChunk);
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(String.join("\n", problems));
        }
    }

    /** What {@code predict} does unless told otherwise. */
    public static PredictConfig standard() {
        return new PredictConfig(
                Format.IMAGE_FOLDER,
                new Columns("image", "id"),
                64,
                Precision.MODEL,
                TestTimeAugmentation.NONE,
                100_000,
                false);
    }
}
