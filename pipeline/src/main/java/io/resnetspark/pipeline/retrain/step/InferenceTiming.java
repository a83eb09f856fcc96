package io.resnetspark.pipeline.retrain.step;

import io.resnetspark.model.ClassifierSource;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.decode.RejectedImageException;
import io.resnetspark.pipeline.inference.BatchClassifier;
import io.resnetspark.pipeline.inference.ImageRows;
import io.resnetspark.pipeline.inference.TestTimeAugmentation;
import io.resnetspark.pipeline.retrain.promotion.Speed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Measures how long models take for the same images, in turns so that a disturbance of the machine meets all of them. */
public final class InferenceTiming {

    private static final int IMAGES = 32;
    private static final int MOST_TURNS = 15;
    private static final int FEWEST_TURNS = 3;
    private static final long BUDGET_NANOS = 5_000_000_000L;

    private final Dataset<Row> rows;

    /** @param rows of a dataset, of which the first images by id are classified */
    InferenceTiming(Dataset<Row> rows) {
        this.rows = rows;
    }

    /** @param models the challenger and, if there is one, the champion */
    Speed measure(List<ClassifierSource> models) {
        List<Image> images = images();
        List<BatchClassifier> opened = new ArrayList<>();
        try {
            List<List<Double>> milliseconds = new ArrayList<>();
            for (ClassifierSource model : models) {
                BatchClassifier classifier = new BatchClassifier(model, TestTimeAugmentation.NONE, images.size());
                opened.add(classifier);
                classifier.classify(images); // makes primitives and buffers, which is no part of classifying
                milliseconds.add(new ArrayList<>());
            }
            long start = System.nanoTime();
            for (int turn = 0; turn < MOST_TURNS; turn++) {
                if (turn >= FEWEST_TURNS && System.nanoTime() - start > BUDGET_NANOS) {
                    break;
                }
                for (int model = 0; model < opened.size(); model++) {
                    long begin = System.nanoTime();
                    opened.get(model).classify(images);
                    milliseconds.get(model).add((System.nanoTime() - begin) / 1e6 / images.size());
                }
            }
            List<Double> medians =
                    milliseconds.stream().map(InferenceTiming::median).toList();
            return new Speed(medians.get(0), medians.size() < 2 ? Optional.empty() : Optional.of(medians.get(1)));
        } finally {
            opened.forEach(BatchClassifier::close);
        }
    }

    private List<Image> images() {
        ImageRows reader = new ImageRows();
        List<Image> images = new ArrayList<>();
        for (Row row : rows.orderBy("image_id")
                .select("image_id", "width", "height", "channels", "encoding", "bytes")
                .limit(IMAGES)
                .collectAsList()) {
            try {
                images.add(reader.read(row));
            } catch (RejectedImageException e) {
                throw new BadDataException(
                        "The test image %s cannot be read: %s".formatted(row.getString(0), e.getMessage()), e);
            }
        }
        return images;
    }

    private static double median(List<Double> values) {
        return StatUtils.percentile(values.stream().mapToDouble(d -> d).toArray(), 50);
    }
}
