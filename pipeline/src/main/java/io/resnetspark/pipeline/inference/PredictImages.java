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

/** What each task of a prediction does: the network opened once, images in batches, one row per input. */
final class PredictImages implements MapPartitionsFunction<Row, Row> {

    private static final long serialVersionUID = 1L;

    private static final int TOP = 5;

    /** Either a prediction, or {@code reason} and {@code detail} of a rejected input. */
    static final StructType PREDICTED = PredictionInput.KEYS
            .add("image_id", DataTypes.StringType)
            .add("label", DataTypes.StringType)
            .add("probability", DataTypes.DoubleType)
            .add(
                    "top5",
                    new ArrayType(
                            new StructType()
                                    .add("label", DataTypes.StringType, false)
                                    .add("probability", DataTypes.DoubleType, false),
                            false))
            .add("reason", DataTypes.StringType)
            .add("detail", DataTypes.StringType);

    /** The column after those of {@link #PREDICTED} if embeddings are wanted; null for rejected inputs. */
    static final String EMBEDDING = "embedding";

    private final Broadcast<ClassifierSource> model;
    private final PredictConfig config;

    PredictImages(Broadcast<ClassifierSource> model, PredictConfig config) {
        this.model = model;
        this.config = config;
    }

    /** What {@code config} makes of an input. */
    static StructType schema(PredictConfig config) {
        return config.embeddings() ? PREDICTED.add(EMBEDDING, new ArrayType(DataTypes.FloatType, false)) : PREDICTED;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> inputs) {
        return inputs.hasNext() ? new PredictedRows(inputs) : inputs;
    }

    private final class PredictedRows extends ClassifiedRows {

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
                        done.add(rejected(input, input.getAs("reason"), problem));
                    } else {
                        images.add(reader.read(input));
                        readable.add(input);
                    }
                } catch (RejectedImageException e) {
                    done.add(rejected(input, e.reason().name().toLowerCase(Locale.ROOT), e.getMessage()));
                }
            }
            if (!images.isEmpty()) {
                List<BatchClassifier.NetworkOutput> outputs = classifiers.get(0).classify(images);
                for (int i = 0; i < readable.size(); i++) {
                    done.add(predicted(readable.get(i), outputs.get(i)));
                }
            }
            return done;
        }

        private Row predicted(Row input, BatchClassifier.NetworkOutput output) {
            float[] logits = output.logits();
            ScoredExample scores = new ScoredExample(0, logits);
            List<Row> top = Arrays.stream(largest(logits))
                    .mapToObj(k -> RowFactory.create(labels.get(k), scores.probability(k)))
                    .toList();
            return row(
                    input,
                    output.embedding(),
                    labels.get(scores.predicted()),
                    scores.confidence(),
                    top.toArray(),
                    null,
                    null);
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

        private Row rejected(Row input, String reason, String detail) {
            return row(input, null, null, null, null, reason, detail);
        }

        /** Spark's encoder of rows takes arrays of objects only. */
        private static Object[] boxed(float[] values) {
            return IntStream.range(0, values.length).mapToObj(i -> values[i]).toArray();
        }

        private Row row(Row input, float[] embedding, Object... outcome) {
            List<Object> values = new ArrayList<>();
            values.add(input.getAs("path"));
            values.add(input.getAs("source_stamp"));
            values.add(input.getAs("image_id"));
            values.addAll(Arrays.asList(outcome));
            if (config.embeddings()) {
                values.add(embedding == null ? null : boxed(embedding));
            }
            return RowFactory.create(values.toArray());
        }
    }
}
