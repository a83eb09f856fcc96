package io.resnetspark.pipeline.evaluation;

import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.lit;

import io.resnetspark.model.ClassifierSource;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Worker;
import io.resnetspark.pipeline.inference.EvenShares;
import io.resnetspark.pipeline.inference.NamedJobs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.CollectionAccumulator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pass that reads and classifies the images; its scores stay on the workers. */
final class ClassifyPass {

    private static final Logger LOG = LoggerFactory.getLogger(ClassifyPass.class);

    private final SparkSession spark;
    private final NamedJobs jobs;
    private final EvaluateConfig config;

    ClassifyPass(SparkSession spark, NamedJobs jobs, EvaluateConfig config) {
        this.spark = spark;
        this.jobs = jobs;
        this.config = config;
    }

    /** The scores of one classifying pass, kept on the workers until closed. */
    record Scored(Dataset<Row> rows, Broadcast<List<ClassifierSource>> models, double seconds, List<Worker> workers)
            implements AutoCloseable {

        @Override
        public void close() {
            rows.unpersist();
            models.destroy();
        }
    }

    /**
     * Classifies every image with every model.
     *
     * @throws BadDataException if any image was not seen exactly once, or could not be read
     */
    Scored run(EvaluationData data, List<ModelUnderTest> models) {
        Broadcast<List<ClassifierSource>> broadcast = jobs.context()
                .broadcast(new ArrayList<>(
                        models.stream().map(ModelUnderTest::source).toList()));
        CollectionAccumulator<ClassifyImages.Share> shares =
                spark.sparkContext().collectionAccumulator("evaluation shares");
        Dataset<Row> images = data.images()
                .withColumn(
                        "slices",
                        jobs.run(
                                "evaluate: look at slice columns",
                                () -> SliceColumns.of(
                                        data.images(), config.analysis().sliceBy())))
                .select(columns(
                        "image_id", "label", "origin", "slices", "width", "height", "channels", "encoding", "bytes"));
        String description = "evaluate: classify %,d images of %s (%s) with %s"
                .formatted(
                        data.expected(),
                        data.id().name(),
                        data.id().split(),
                        String.join(
                                ", ",
                                models.stream()
                                        .map(model -> model.source().architecture())
                                        .toList()));
        Dataset<Row> rows = jobs.run(description, () -> EvenShares.of(images, images))
                .mapPartitions(
                        new ClassifyImages(
                                broadcast,
                                config.inference().testTimeAugmentation(),
                                config.inference().batchSize(),
                                shares),
                        Encoders.row(ClassifyImages.SCORED))
                .persist(StorageLevel.MEMORY_AND_DISK());
        long start = System.nanoTime();
        try {
            Row counts = jobs.run(description, () -> rows.agg(count(lit(1)), countDistinct("image_id"))
                    .first());
            double seconds = (System.nanoTime() - start) / 1e9;
            LOG.info(
                    "Classified {} images of {} in {} s",
                    counts.getLong(0),
                    data.id().split(),
                    "%.1f".formatted(seconds));
            checkEveryImageOnce(counts, data);
            return new Scored(rows, broadcast, seconds, workers(shares.value()));
        } catch (Exception e) {
            rows.unpersist();
            broadcast.destroy();
            throw e;
        }
    }

    private static Column[] columns(String... names) {
        return Arrays.stream(names).map(functions::col).toArray(Column[]::new);
    }

    private static void checkEveryImageOnce(Row counts, EvaluationData data) {
        long seen = counts.getLong(0);
        long distinct = counts.getLong(1);
        if (seen != data.expected() || distinct != seen) {
            throw new BadDataException(
                    "Evaluated %d images, %d of them different, of %d in the split %s of %s version %d; run `prepare` again to rebuild the dataset"
                            .formatted(
                                    seen,
                                    distinct,
                                    data.expected(),
                                    data.id().split(),
                                    data.id().name(),
                                    data.id().version()));
        }
        if (seen == 0) {
            throw new BadDataException("The split %s of %s has no images; evaluate on another split or prepare one"
                    .formatted(data.id().split(), data.id().name()));
        }
    }

    private static List<Worker> workers(List<ClassifyImages.Share> shares) {
        Map<String, List<ClassifyImages.Share>> byExecutor = new TreeMap<>();
        shares.forEach(share -> byExecutor
                .computeIfAbsent(share.executor(), executor -> new ArrayList<>())
                .add(share));
        List<Worker> workers = new ArrayList<>();
        byExecutor.forEach((executor, tasks) -> {
            long images = tasks.stream().mapToLong(ClassifyImages.Share::images).sum();
            double busy =
                    tasks.stream().mapToLong(ClassifyImages.Share::nanoseconds).sum() / 1e9;
            workers.add(new Worker(executor, tasks.get(0).host(), images, busy, images / busy));
        });
        return workers;
    }
}
