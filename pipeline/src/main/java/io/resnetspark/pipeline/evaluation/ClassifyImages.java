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
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.CollectionAccumulator;

/** What each task of the classifying pass does: every model opened once, images in batches. */
final class ClassifyImages implements FlatMapFunction<Iterator<Row>, ScoredImage> {

    private static final long serialVersionUID = 1L;

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
    public Iterator<ScoredImage> call(Iterator<Row> images) {
        return images.hasNext() ? new ScoredImages(images, System.nanoTime()) : Collections.emptyIterator();
    }

    private final class ScoredImages extends ClassifiedRows<ScoredImage> {

        private final ImageRows reader = new ImageRows();
        private final long start;
        private long count;

        /** @param start in nanoseconds, before the networks are opened */
        ScoredImages(Iterator<Row> images, long start) {
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
        protected List<ScoredImage> nextBatch(Iterator<Row> images, List<BatchClassifier> classifiers) {
            List<Row> rows = new ArrayList<>();
            List<Image> pictures = new ArrayList<>();
            while (images.hasNext() && rows.size() < batchSize) {
                Row row = images.next();
                rows.add(row);
                pictures.add(read(row));
            }
            List<List<BatchClassifier.NetworkOutput>> outputs =
                    classifiers.stream().map(model -> model.classify(pictures)).toList();
            List<ScoredImage> scored = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                Row row = rows.get(i);
                int example = i;
                scored.add(new ScoredImage(
                        row.getAs("image_id"),
                        row.<Integer>getAs("label"),
                        row.getAs("origin"),
                        List.copyOf(row.<String>getList(row.fieldIndex("slices"))),
                        outputs.stream()
                                .map(model -> model.get(example).logits())
                                .toArray(float[][]::new)));
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
