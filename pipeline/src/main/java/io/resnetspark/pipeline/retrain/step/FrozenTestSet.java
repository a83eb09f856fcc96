package io.resnetspark.pipeline.retrain.step;

import static org.apache.spark.sql.functions.bit_xor;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.retrain.RetrainContext;
import io.resnetspark.pipeline.retrain.TestSet;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Names the test split that all cycles share, checks that it is what it was, and finds training images equal to it. */
public final class FrozenTestSet {

    /**
     * What is equal for the same pixels, however the file was compressed: sums and sums of squares per channel. Two
     * different pictures that agree in all of them are not to be expected.
     */
    private static final Column[] PIXELS = {col("width"), col("height"), col("pixel_sums"), col("pixel_square_sums")};

    private final RetrainContext context;

    FrozenTestSet(RetrainContext context) {
        this.context = context;
    }

    /**
     * The frozen test split: the one known, unless the configuration names another version.
     *
     * @throws BadDataException if it is not what it was, or has no images
     */
    TestSet of(ImageDataset current, Optional<TestSet> known) {
        int version = context.config()
                .places()
                .testVersion()
                .orElse(known.map(TestSet::version).orElse(current.version()));
        if (version > current.version()) {
            throw new ConfigurationException("retrain.test-version is %d, the newest version of %s is %d"
                    .formatted(version, current.path(), current.version()));
        }
        ImageDataset frozen = context.dataset(version);
        Row measured = frozen.rows(Split.TEST)
                .agg(count(lit(1)), coalesce(bit_xor(xxhash64(col("image_id"), col("label_name"))), lit(0L)))
                .first();
        TestSet found = new TestSet(
                frozen.manifest().id(), version, measured.getLong(0), "%016x".formatted(measured.getLong(1)));
        if (found.images() == 0) {
            throw new BadDataException(
                    "Version %d of %s has no test images, and promotions are decided on them; give the first batch a test folder or set prepare.split.test"
                            .formatted(version, current.path()));
        }
        known.filter(before -> before.version() == version && !before.equals(found))
                .ifPresent(before -> {
                    throw new BadDataException(
                            "The test split of %s version %d is not what it was when it was frozen (%s, now %s); restore the dataset from a copy"
                                    .formatted(current.path(), version, before, found));
                });
        return found;
    }

    /** The test images, whatever was added to the dataset since. */
    Dataset<Row> rows(TestSet testSet) {
        return context.dataset(testSet.version()).rows(Split.TEST);
    }

    /**
     * The image_ids of training and validation images of some versions whose pixels are those of a test image of any
     * version: the same picture in another file.
     */
    List<String> leaks(int datasetVersion, List<Integer> versions) {
        if (versions.isEmpty()) {
            return List.of();
        }
        ImageDataset dataset = context.dataset(datasetVersion);
        Dataset<Row> test = dataset.rows(Split.TEST).select(PIXELS).distinct();
        return dataset
                .rows(Split.TRAIN)
                .unionByName(dataset.rows(Split.VAL))
                .where(col("version").isin(versions.toArray()))
                .join(
                        test,
                        List.of("width", "height", "pixel_sums", "pixel_square_sums")
                                .toArray(String[]::new),
                        "left_semi")
                .select("image_id")
                .orderBy("image_id")
                .collectAsList()
                .stream()
                .map(row -> row.getString(0))
                .toList();
    }

    /**
     * Test images of some versions that are no part of the frozen split, and whose pixels nobody was trained on: new data
     * that nobody has seen.
     */
    Dataset<Row> unseen(int datasetVersion, TestSet testSet, List<Integer> versions) {
        ImageDataset dataset = context.dataset(datasetVersion);
        List<Integer> later =
                versions.stream().filter(version -> version > testSet.version()).toList();
        Dataset<Row> trained = dataset.rows(Split.TRAIN)
                .unionByName(dataset.rows(Split.VAL))
                .select(PIXELS)
                .distinct();
        return dataset.rows(Split.TEST)
                .where(later.isEmpty() ? lit(false) : col("version").isin(later.toArray()))
                .join(trained, new String[] {"width", "height", "pixel_sums", "pixel_square_sums"}, "left_anti");
    }
}
