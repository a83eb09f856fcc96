package io.resnetspark.pipeline.evaluation;

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
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.CollectionAccumulator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

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

    /**
     * What one classifying pass read and found.
     *
     * @param read the images, dealt out to the workers
     * @param images their scores, kept on the workers until closed
     */
    record Scored(
            JavaRDD<Row> read,
            JavaRDD<ScoredImage> images,
            Broadcast<List<ClassifierSource>> models,
            double seconds,
            List<Worker> workers)
            implements AutoCloseable {

        @Override
        public void close() {
            images.unpersist();
            models.destroy();
        }
    }

    /**
     * Classifies every image with every model.
     *
     * @throws BadDataException if any image was not seen exactly once, or could not be read
     */
    Scored run(EvaluationData data, List<ModelUnderTest> models) {
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
        long start = System.nanoTime();
        JavaRDD<Row> read =
                jobs.run(description, () -> EvenShares.of(images, images).javaRDD());
        Broadcast<List<ClassifierSource>> broadcast = jobs.context()
                .broadcast(new ArrayList<>(
                        models.stream().map(ModelUnderTest::source).toList()));
        CollectionAccumulator<ClassifyImages.Share> shares =
                spark.sparkContext().collectionAccumulator("evaluation shares");
        JavaRDD<ScoredImage> scored = read.mapPartitions(new ClassifyImages(
                        broadcast,
                        config.inference().testTimeAugmentation(),
                        config.inference().batchSize(),
                        shares))
                .persist(StorageLevel.MEMORY_AND_DISK());
        try {
            Seen seen = jobs.run(description, () -> Seen.of(scored));
            double seconds = (System.nanoTime() - start) / 1e9;
            LOG.info(
                    "Classified {} images of {} in {} s",
                    seen.images(),
                    data.id().split(),
                    "%.1f".formatted(seconds));
            checkEveryImageOnce(seen, data);
            return new Scored(read, scored, broadcast, seconds, workers(shares.value()));
        } catch (Exception e) {
            scored.unpersist();
            broadcast.destroy();
            throw e;
        }
    }

    private static Column[] columns(String... names) {
        return Arrays.stream(names).map(functions::col).toArray(Column[]::new);
    }

    /** How many images a pass saw, and how many different ones. */
    private record Seen(long images, long different) {

        /** In one job, which classifies them too: their ids are counted where they are and then by id. */
        static Seen of(JavaRDD<ScoredImage> images) {
            long[] seen = images.mapToPair(image -> new Tuple2<>(image.imageId(), 1L))
                    .reduceByKey(Long::sum)
                    .values()
                    .aggregate(new long[2], (sum, times) -> new long[] {sum[0] + times, sum[1] + 1}, (sum, other) ->
                            new long[] {sum[0] + other[0], sum[1] + other[1]});
            return new Seen(seen[0], seen[1]);
        }
    }

    private static void checkEveryImageOnce(Seen seen, EvaluationData data) {
        if (seen.images() != data.expected() || seen.different() != seen.images()) {
            throw new BadDataException(
                    "Evaluated %d images, %d of them different, of %d in the split %s of %s version %d; run `prepare` again to rebuild the dataset"
                            .formatted(
                                    seen.images(),
                                    seen.different(),
                                    data.expected(),
                                    data.id().split(),
                                    data.id().name(),
                                    data.id().version()));
        }
        if (seen.images() == 0) {
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
