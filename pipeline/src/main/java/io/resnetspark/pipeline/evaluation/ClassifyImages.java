package io.resnetspark.pipeline.evaluation;

import io.resnetspark.model.ClassifierSource;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.decode.RejectedImageException;
import io.resnetspark.pipeline.inference.BatchClassifier;
import io.resnetspark.pipeline.inference.ClassifiedRows;
import io.resnetspark.pipeline.inference.ImageRows;
import io.resnetspark.pipeline.inference.TestTimeAugmentation;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.CollectionAccumulator;

/** What each task of the classifying pass does: every model opened once, images in batches, one row of scores each. */
final class ClassifyImages implements MapPartitionsFunction<Row, Row> {

    private static final long serialVersionUID = 1L;

    /** {@code logits}: per model, its logits as {@link ScoredRow} packs them. */
    static final StructType SCORED = new StructType()
            .add("image_id", DataTypes.StringType, false)
            .add("label", DataTypes.IntegerType, false)
            .add("origin", DataTypes.StringType, true)
            .add("slices", new ArrayType(DataTypes.StringType, false), false)
            .add("logits", new ArrayType(DataTypes.BinaryType, false), false);

    /** Time one task spent on its images. */
    record Share(String executor, String host, long images, long nanoseconds) implements Serializable {}

    private final Broadcast<List<ClassifierSource>> models;
    private final TestTimeAugmentation augmentation;
    private final int batchSize;
    private final CollectionAccumulator<Share> shares;

    ClassifyImages(
            Broadcast<List<ClassifierSource>> models,
            TestTimeAugmentation augmentation,
            int batchSize,
            CollectionAccumulator<Share> shares) {
        this.models = models;
        this.augmentation = augmentation;
        this.batchSize = batchSize;
        this.shares = shares;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> images) {
        return images.hasNext() ? new ScoredRows(images, System.nanoTime()) : images;
    }

    private final class ScoredRows extends ClassifiedRows {

        private final ImageRows reader = new ImageRows();
        private final long start;
        private long count;

        /** @param start in nanoseconds, before the networks are opened */
        ScoredRows(Iterator<Row> images, long start) {
            super(images, models.value(), augmentation, batchSize);
            this.start = start;
        }

        @Override
        protected void ended() {
            SparkEnv worker = SparkEnv.get();
            shares.add(new Share(
                    worker.executorId(),
                    worker.blockManager().blockManagerId().host(),
                    count,
                    System.nanoTime() - start));
        }

        @Override
        protected List<Row> nextBatch(Iterator<Row> images, List<BatchClassifier> classifiers) {
            List<Row> rows = new ArrayList<>();
            List<Image> pictures = new ArrayList<>();
            while (images.hasNext() && rows.size() < batchSize) {
                Row row = images.next();
                rows.add(row);
                pictures.add(read(row));
            }
            List<List<BatchClassifier.NetworkOutput>> outputs =
                    classifiers.stream().map(model -> model.classify(pictures)).toList();
            List<Row> scored = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                int example = i;
                scored.add(RowFactory.create(
                        rows.get(i).getAs("image_id"),
                        rows.get(i).getAs("label"),
                        rows.get(i).getAs("origin"),
                        rows.get(i).getAs("slices"),
                        outputs.stream()
                                .map(model -> ScoredRow.pack(model.get(example).logits()))
                                .toArray(byte[][]::new)));
            }
            count += rows.size();
            return scored;
        }

        private Image read(Row row) {
            try {
                return reader.read(row);
            } catch (RejectedImageException e) {
                throw new BadDataException(
                        "Image %s (%s) cannot be read: %s; run `prepare` again to rebuild the dataset"
                                .formatted(row.getAs("image_id"), row.getAs("origin"), e.getMessage()),
                        e);
            }
        }
    }
}
