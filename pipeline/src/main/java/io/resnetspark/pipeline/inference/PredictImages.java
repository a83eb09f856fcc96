package io.resnetspark.pipeline.inference;

import io.resnetspark.model.ClassifierSource;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.decode.RejectedImageException;
import io.resnetspark.model.metrics.ScoredExample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.LongAccumulator;

/**
 * What each task of a prediction does: the network opened once, images in batches, one row per input that can be read. The
 * others are added to an accumulator; to be used in the last stage of a job, whose tasks count once.
 */
final class PredictImages implements MapPartitionsFunction<Row, Row> {

    private static final long serialVersionUID = 1L;

    private static final int TOP = 5;

    private static final StructType IDENTIFIED = PredictionInput.KEYS.add("image_id", DataTypes.StringType);

    /** A rejected input. */
    static final StructType REJECTED =
            IDENTIFIED.add("reason", DataTypes.StringType).add("detail", DataTypes.StringType);

    private static final StructType PREDICTED = IDENTIFIED
            .add("label", DataTypes.StringType)
            .add("probability", DataTypes.DoubleType)
            .add(
                    "top5",
                    new ArrayType(
                            new StructType()
                                    .add("label", DataTypes.StringType, false)
                                    .add("probability", DataTypes.DoubleType, false),
                            false));

    /** The last column, if embeddings are wanted. */
    static final String EMBEDDING = "embedding";

    private final Broadcast<ClassifierSource> model;
    private final PredictConfig config;
    private final CollectionAccumulator<Row> rejected;
    private final LongAccumulator predicted;

    /**
     * @param rejected receives rows of {@link #REJECTED}
     * @param predicted counts the others
     */
    PredictImages(
            Broadcast<ClassifierSource> model,
            PredictConfig config,
            CollectionAccumulator<Row> rejected,
            LongAccumulator predicted) {
        this.model = model;
        this.config = config;
        this.rejected = rejected;
        this.predicted = predicted;
    }

    /** What {@code config} makes of an input. */
    static StructType schema(PredictConfig config) {
        return config.embeddings() ? PREDICTED.add(EMBEDDING, new ArrayType(DataTypes.FloatType, false)) : PREDICTED;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> inputs) {
        return inputs.hasNext() ? new PredictedRows(inputs) : inputs;
    }

    private final class PredictedRows extends ClassifiedRows<Row> {

        private final ImageRows reader = new ImageRows();
        private final List<String> labels = model.value().labels();

        PredictedRows(Iterator<Row> inputs) {
            super(inputs, List.of(model.value()), config.testTimeAugmentation(), config.batchSize());
        }

        @Override
        protected List<Row> nextBatch(Iterator<Row> inputs, List<BatchClassifier> classifiers) {
            List<Row> done = new ArrayList<>();
            List<Row> readable = new ArrayList<>();
            List<Image> images = new ArrayList<>();
            while (inputs.hasNext() && images.size() < config.batchSize()) {
                Row input = inputs.next();
                String problem = input.getAs("problem");
                try {
                    if (problem != null) {
                        reject(input, input.getAs("reason"), problem);
                    } else {
                        images.add(reader.read(input));
                        readable.add(input);
                    }
                } catch (RejectedImageException e) {
                    reject(input, e.reason().name().toLowerCase(Locale.ROOT), e.getMessage());
                }
            }
            if (!images.isEmpty()) {
                List<BatchClassifier.NetworkOutput> outputs = classifiers.get(0).classify(images);
                for (int i = 0; i < readable.size(); i++) {
                    done.add(predicted(readable.get(i), outputs.get(i)));
                }
                predicted.add(done.size());
            }
            return done;
        }

        private Row predicted(Row input, BatchClassifier.NetworkOutput output) {
            float[] logits = output.logits();
            ScoredExample scores = new ScoredExample(0, logits);
            List<Row> top = Arrays.stream(largest(logits))
                    .mapToObj(k -> RowFactory.create(labels.get(k), scores.probability(k)))
                    .toList();
            List<Object> values = new ArrayList<>(identity(input));
            values.addAll(Arrays.asList(labels.get(scores.predicted()), scores.confidence(), top.toArray()));
            if (config.embeddings()) {
                values.add(boxed(output.embedding()));
            }
            return RowFactory.create(values.toArray());
        }

        /** The classes of the {@value #TOP} largest logits, largest first; equal ones keep the order of their classes. */
        private static int[] largest(float[] logits) {
            int[] top = new int[Math.min(TOP, logits.length)];
            for (int k = 0; k < logits.length; k++) {
                int place = Math.min(k, top.length);
                while (place > 0 && logits[top[place - 1]] < logits[k]) {
                    place--;
                }
                if (place < top.length) {
                    System.arraycopy(top, place, top, place + 1, Math.min(k, top.length - 1) - place);
                    top[place] = k;
                }
            }
            return top;
        }

        private void reject(Row input, String reason, String detail) {
            List<Object> values = new ArrayList<>(identity(input));
            values.addAll(Arrays.asList(reason, detail));
            rejected.add(RowFactory.create(values.toArray()));
        }

        private static List<Object> identity(Row input) {
            return Arrays.asList(input.getAs("path"), input.getAs("source_stamp"), input.getAs("image_id"));
        }

        /** Spark's encoder of rows takes arrays of objects only. */
        private static Object[] boxed(float[] values) {
            return IntStream.range(0, values.length).mapToObj(i -> values[i]).toArray();
        }
    }
}
