package io.resnetspark.bench.averaging;

import io.resnetspark.bench.spark.Contender;
import io.resnetspark.bench.spark.Deadline;
import io.resnetspark.bench.spark.Speed;
import io.resnetspark.bench.spark.TakingTurns;
import io.resnetspark.bench.spark.Trainings;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.training.AveragingConfig.Averager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Images per second of one process and of Spark on the same cores; a repetition is a round. */
final class Throughput {

    static final int AVERAGING_FREQUENCY = 10;

    private final SparkSession spark;
    private final Path work;
    private final int cores;
    private final int repetitions;

    Throughput(SparkSession spark, Path work, int cores, int repetitions) {
        this.spark = spark;
        this.work = work;
        this.cores = cores;
        this.repetitions = repetitions;
    }

    /** @param deadline after which there are no more repetitions than the fewest */
    List<Speed> run(Trainings training, Deadline deadline) {
        ExampleIndex index = ExampleIndex.build(spark, ImageDataset.open(spark, training.dataset()), Split.TRAIN);
        List<Contender> contenders = new ArrayList<>();
        contenders.add(new OneProcess(training, index, cores, AVERAGING_FREQUENCY));
        contenders.add(onSpark("spark-1x%d".formatted(cores), training, Averager.SLICED, 1, cores));
        contenders.add(onSpark("spark-%dx1".formatted(cores), training, Averager.SLICED, cores, 1));
        contenders.add(onSpark("spark-%dx1-stock".formatted(cores), training, Averager.STOCK, cores, 1));
        if (training.inputSize() <= 64) {
            contenders.add(new StockRounds(
                    JavaSparkContext.fromSparkContext(spark.sparkContext()),
                    training.spec(),
                    training.batchSize(),
                    cores,
                    AVERAGING_FREQUENCY));
        }
        String network = "%s@%d".formatted(training.architecture().label(), training.inputSize());
        return TakingTurns.measure(network, training.batchSize(), contenders, repetitions, deadline);
    }

    private Contender onSpark(String label, Trainings training, Averager averager, int workers, int threads) {
        Path output =
                work.resolve("run-%s-%s-%d".formatted(training.architecture().label(), label, System.nanoTime()));
        return new SparkRounds(label, spark, training.config(output, averager, workers, threads, AVERAGING_FREQUENCY));
    }
}
