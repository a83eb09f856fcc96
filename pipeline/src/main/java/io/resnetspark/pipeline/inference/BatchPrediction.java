package io.resnetspark.pipeline.inference;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import io.resnetspark.model.ClassifierSource;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.program.InferencePrecision;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.LongAccumulator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Predicts many images on the cluster. The output has one row per input and model version, in one of two Parquet tables:
 *
 * <ul>
 *   <li>{@code predictions.parquet}: {@code image_id, path, label, probability, top5 (label, probability),
 *       model_version, source_stamp}, and on request {@code embedding} (an array of floats)
 *   <li>{@code rejects.parquet}: {@code image_id, path, reason, detail, model_version, source_stamp}
 * </ul>
 *
 * <p>Running it again, after it was killed or after inputs were added, does only what is missing.
 */
public final class BatchPrediction {

    private static final Logger LOG = LoggerFactory.getLogger(BatchPrediction.class);

    private final SparkSession spark;
    private final NamedJobs jobs;
    private final PredictConfig config;

    public BatchPrediction(SparkSession spark, PredictConfig config) {
        this.spark = spark;
        this.jobs = new NamedJobs(JavaSparkContext.fromSparkContext(spark.sparkContext()));
        this.config = config;
    }

    /**
     * @param predicted inputs predicted by this run
     * @param rejected inputs rejected by this run
     * @param skipped inputs that an earlier run had done
     */
    public record Outcome(long predicted, long rejected, long skipped) {}

    /**
     * Predicts every input that the output does not have yet.
     *
     * @param weights identify the model; with its precision, unless that is single, and with the views of the
     *     configuration, if there are several, they become its version, and another version's rows in the same output stay
     * @param output path or URI of the output's folder; need not exist
     * @throws ConfigurationException if the output has embeddings and this run makes none, or the other way round
     */
    public Outcome run(PredictionInput input, ClassifierSource model, String weights, String output) {
        String modelVersion = version(weights, model.precision());
        PredictionFiles files = new PredictionFiles(spark, output);
        files.removeUnfinished();
        files.predictions().ifPresent(predictions -> checkEmbeddings(predictions, output));
        List<Dataset<Row>> done = files.tables();
        Broadcast<ClassifierSource> shared = jobs.context().broadcast(model);
        try {
            if (done.isEmpty()) {
                long inputs = jobs.run("predict: count inputs", input::count);
                if (inputs == 0) {
                    return new Outcome(0, 0, 0);
                }
                if (inputs <= config.imagesPerChunk()) { // all at once: nothing has to be looked up
                    return jobs.run(
                            "predict: %,d images".formatted(inputs),
                            () -> chunk(input.images(), shared, modelVersion, files));
                }
            }
            return missing(input, input.keys().distinct(), done, new Pass(shared, modelVersion, files));
        } finally {
            shared.destroy();
        }
    }

    /** What is the same for all chunks. */
    private record Pass(Broadcast<ClassifierSource> model, String modelVersion, PredictionFiles files) {}

    private Outcome missing(PredictionInput input, Dataset<Row> keys, List<Dataset<Row>> done, Pass pass) {
        // A table's keys are hashes of its images: counted here and joined below, they are computed once.
        Dataset<Row> all = keys.persist(StorageLevel.MEMORY_AND_DISK());
        Dataset<Row> todo =
                done.isEmpty() ? all : without(all, done, pass.modelVersion()).persist(StorageLevel.MEMORY_AND_DISK());
        try {
            long inputs = jobs.run("predict: list inputs", all::count);
            long open = todo == all ? inputs : jobs.run("predict: list inputs", todo::count);
            long chunks = (open + config.imagesPerChunk() - 1) / config.imagesPerChunk();
            long predicted = 0;
            long rejected = 0;
            for (long i = 0; i < chunks; i++) {
                // By hash, so that no task has to number all keys; equal enough when there are many.
                Dataset<Row> next = todo.where(pmod(xxhash64(col("path"), col("source_stamp")), lit(chunks))
                        .equalTo(i));
                String description = "predict: chunk %,d of %,d, %,d of %,d images done"
                        .formatted(i + 1, chunks, predicted + rejected, open);
                Outcome chunk = jobs.run(
                        description, () -> chunk(input.images(next), pass.model(), pass.modelVersion(), pass.files()));
                predicted += chunk.predicted();
                rejected += chunk.rejected();
                LOG.info("Predicted {} of {} images, rejected {}", predicted, open, rejected);
            }
            return new Outcome(predicted, rejected, inputs - open);
        } finally {
            todo.unpersist();
            all.unpersist();
        }
    }

    /** Two models, or ways to look with one, that predict differently never share it. */
    private String version(String weights, InferencePrecision precision) {
        TestTimeAugmentation views = config.testTimeAugmentation();
        String computed = precision == InferencePrecision.FP32 ? weights : weights + ", " + precision.label();
        return views == TestTimeAugmentation.NONE ? computed : computed + ", " + views.label();
    }

    /** The keys that none of the tables has for that version. */
    private static Dataset<Row> without(Dataset<Row> keys, List<Dataset<Row>> done, String modelVersion) {
        Dataset<Row> missing = keys;
        for (Dataset<Row> table : done) {
            missing = missing.join(
                    table.where(col("model_version").equalTo(modelVersion)).select("path", "source_stamp"),
                    new String[] {"path", "source_stamp"},
                    "left_anti");
        }
        return missing;
    }

    /** One table has the column in all its files or in none. */
    private void checkEmbeddings(Dataset<Row> predictions, String output) {
        boolean present = Arrays.asList(predictions.columns()).contains(PredictImages.EMBEDDING);
        if (present != config.embeddings()) {
            throw new ConfigurationException(
                    "The predictions in %s were made %s embeddings; choose another output, or set predict.embeddings = %s"
                            .formatted(output, present ? "with" : "without", present));
        }
    }

    /** The images are classified while the predictions are written; what was rejected waits on the driver meanwhile. */
    private Outcome chunk(
            Dataset<Row> images, Broadcast<ClassifierSource> model, String modelVersion, PredictionFiles files) {
        CollectionAccumulator<Row> rejected = spark.sparkContext().collectionAccumulator("rejected inputs");
        LongAccumulator predicted = spark.sparkContext().longAccumulator("predicted images");
        Dataset<Row> predictions = images.mapPartitions(
                new PredictImages(model, config, rejected, predicted), Encoders.row(PredictImages.schema(config)));
        files.add(
                files.nextChunk(),
                predictions.withColumn("model_version", lit(modelVersion)),
                () -> predicted.value() + rejected.value().size() > 0,
                () -> spark.createDataFrame(rejected.value(), PredictImages.REJECTED)
                        .coalesce(1)
                        .withColumn("model_version", lit(modelVersion)));
        return new Outcome(predicted.value(), rejected.value().size(), 0);
    }
}
