package resnetspark.ml;

import io.resnetspark.model.ClassifierSource;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.decode.RejectedImageException;
import io.resnetspark.model.metrics.ScoredExample;
import io.resnetspark.pipeline.inference.BatchClassifier;
import io.resnetspark.pipeline.inference.BatchClassifier.NetworkOutput;
import io.resnetspark.pipeline.inference.ClassifiedRows;
import io.resnetspark.pipeline.inference.TestTimeAugmentation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import resnetspark.ml.InputParams.InvalidImages;

/**
 * Appends predictions to the rows of a partition, in their order: the network is opened once, images go through it in
 * batches.
 *
 * @param outputs which columns are appended
 */
record ClassifyRows(
        Broadcast<ClassifierSource> model,
        ClassLabels labels,
        ImageColumn images,
        InvalidImages invalid,
        int batchSize,
        Outputs outputs)
        implements MapPartitionsFunction<Row, Row> {

    /** The columns to append, in this order. */
    enum Output {
        RAW_PREDICTION,
        PROBABILITY,
        PREDICTION,
        EMBEDDING
    }

    /**
     * @param wanted in the order of the schema
     * @param thresholds of the labels; empty where the most probable one is predicted
     */
    record Outputs(List<Output> wanted, List<Double> thresholds) implements java.io.Serializable {

        static Outputs of(ImageStage stage) {
            List<Output> wanted = new ArrayList<>();
            if (!stage.getRawPredictionCol().isEmpty()) {
                wanted.add(Output.RAW_PREDICTION);
            }
            if (!stage.getProbabilityCol().isEmpty()) {
                wanted.add(Output.PROBABILITY);
            }
            if (!stage.getPredictionCol().isEmpty()) {
                wanted.add(Output.PREDICTION);
            }
            if (!stage.getEmbeddingCol().isEmpty()) {
                wanted.add(Output.EMBEDDING);
            }
            List<Double> thresholds = stage.isSet(stage.thresholds())
                    ? Arrays.stream(stage.getThresholds()).boxed().toList()
                    : List.of();
            return new Outputs(wanted, thresholds);
        }
    }

    /**
     * The label with the largest p/t, the smallest of equals. A threshold of 0 wins unless the probability is 0 too, as in
     * all of Spark ML.
     */
    static int labelOver(double[] probabilities, List<Double> thresholds) {
        int label = 0;
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < probabilities.length; i++) {
            double scaled = probabilities[i] / thresholds.get(i);
            if (scaled > largest) {
                largest = scaled;
                label = i;
            }
        }
        return label;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        return rows.hasNext() ? new AppendedRows(rows) : rows;
    }

    private final class AppendedRows extends ClassifiedRows<Row> {

        private final ImageColumn.Reader reader = images.new Reader();

        AppendedRows(Iterator<Row> rows) {
            super(rows, List.of(model.value()), TestTimeAugmentation.NONE, batchSize);
        }

        /** Empty if every row of it is skipped. */
        @Override
        protected List<Row> nextBatch(Iterator<Row> rows, List<BatchClassifier> classifiers) {
            List<Row> taken = new ArrayList<>(batchSize);
            List<Boolean> readable = new ArrayList<>(batchSize);
            List<Image> decoded = new ArrayList<>(batchSize);
            while (rows.hasNext() && taken.size() < batchSize) {
                Row row = rows.next();
                try {
                    decoded.add(reader.read(row));
                    taken.add(row);
                    readable.add(true);
                } catch (RejectedImageException e) {
                    if (invalid == InvalidImages.ERROR) {
                        throw new BadDataException(
                                "An image in the column %s cannot be read: %s; handleInvalid can skip or keep such rows"
                                        .formatted(images.name(), e.getMessage()),
                                e);
                    }
                    if (invalid == InvalidImages.KEEP) {
                        taken.add(row);
                        readable.add(false);
                    }
                }
            }
            Iterator<NetworkOutput> classified = decoded.isEmpty()
                    ? Collections.emptyIterator()
                    : classifiers.get(0).classify(decoded).iterator();
            List<Row> done = new ArrayList<>(taken.size());
            for (int i = 0; i < taken.size(); i++) {
                done.add(appended(taken.get(i), readable.get(i) ? classified.next() : null));
            }
            return done;
        }

        /** @param classified null where the image cannot be read: so are its outputs then */
        private Row appended(Row row, @Nullable NetworkOutput classified) {
            Object[] values = new Object[row.size() + outputs.wanted().size()];
            for (int i = 0; i < row.size(); i++) {
                values[i] = row.get(i);
            }
            if (classified != null) {
                ScoredExample scores = new ScoredExample(0, classified.logits());
                for (int i = 0; i < outputs.wanted().size(); i++) {
                    values[row.size() + i] = value(outputs.wanted().get(i), classified, scores);
                }
            }
            return RowFactory.create(values);
        }

        private Object value(Output output, NetworkOutput classified, ScoredExample scores) {
            return switch (output) {
                case RAW_PREDICTION ->
                    Vectors.dense(labels.spread(doubles(classified.logits()), Double.NEGATIVE_INFINITY));
                case PROBABILITY -> Vectors.dense(probabilities(scores));
                case PREDICTION ->
                    outputs.thresholds().isEmpty()
                            ? (double) labels.outputs().get(scores.predicted())
                            : (double) labelOver(probabilities(scores), outputs.thresholds());
                case EMBEDDING -> Vectors.dense(doubles(classified.embedding()));
            };
        }

        private double[] probabilities(ScoredExample scores) {
            return labels.spread(
                    IntStream.range(0, scores.classes())
                            .mapToDouble(scores::probability)
                            .toArray(),
                    0);
        }

        private static double[] doubles(float[] values) {
            return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
        }
    }
}
