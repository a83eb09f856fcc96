package io.resnetspark.bench.averaging;

import io.resnetspark.bench.spark.Trainings;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.training.TrainConfig.Averaging;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Images per second of one process and of Spark on the same cores: all stay open and take turns, a round each time. */
final class Throughput {

    private static final Logger LOG = LoggerFactory.getLogger(Throughput.class);

    static final int AVERAGING_FREQUENCY = 10;
    private static final int WARM_UPS = 2;
    private static final double LONG_WARM_UP_SECONDS = 15;
    private static final double LONGEST_REPETITION_SECONDS = 60;
    private static final int FEWEST_REPETITIONS = 3;

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
        contenders.add(onSpark("spark-1x%d".formatted(cores), training, Averaging.SLICED, 1, cores));
        contenders.add(onSpark("spark-%dx1".formatted(cores), training, Averaging.SLICED, cores, 1));
        contenders.add(onSpark("spark-%dx1-stock".formatted(cores), training, Averaging.STOCK, cores, 1));
        if (training.inputSize() <= 64) {
            contenders.add(new StockRounds(
                    JavaSparkContext.fromSparkContext(spark.sparkContext()),
                    training.spec(),
                    training.batchSize(),
                    cores,
                    AVERAGING_FREQUENCY));
        }
        Map<String, List<Double>> seen = new LinkedHashMap<>();
        try {
            List<Contender> takingTurns = new ArrayList<>();
            for (Contender contender : contenders) {
                List<Double> speeds = new ArrayList<>();
                seen.put(contender.label(), speeds);
                OptionalDouble slow = warmUp(contender);
                slow.ifPresentOrElse(speeds::add, () -> takingTurns.add(contender));
            }
            for (int round = 0; round < repetitions; round++) {
                boolean late = round >= FEWEST_REPETITIONS && deadline.secondsLeft() < 0;
                for (int i = 0; i < takingTurns.size() && !late; i++) {
                    Contender contender = takingTurns.get((i + round) % takingTurns.size());
                    boolean enough = contender instanceof StockRounds && round >= FEWEST_REPETITIONS;
                    if (!enough) {
                        double speed = contender.repetition();
                        LOG.info("{} {}: {} images/s", training.architecture().label(), contender.label(), speed);
                        seen.get(contender.label()).add(speed);
                    }
                }
            }
        } finally {
            contenders.forEach(Contender::close);
        }
        double oneProcess = Speed.median(seen.get(OneProcess.LABEL));
        String network = "%s@%d".formatted(training.architecture().label(), training.inputSize());
        return seen.entrySet().stream()
                .map(entry -> Speed.of(network, training.batchSize(), entry.getKey(), entry.getValue(), oneProcess))
                .toList();
    }

    /** Returns the speed of a contender that is so slow that its first repetition has to do. */
    private static OptionalDouble warmUp(Contender contender) {
        long begin = System.nanoTime();
        for (int i = 0; i < WARM_UPS && secondsSince(begin) < LONG_WARM_UP_SECONDS; i++) {
            double speed = contender.repetition();
            if (i == 0 && secondsSince(begin) > LONGEST_REPETITION_SECONDS) {
                LOG.info("{}: {} images/s in its only repetition", contender.label(), speed);
                return OptionalDouble.of(speed);
            }
        }
        return OptionalDouble.empty();
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private Contender onSpark(String label, Trainings training, Averaging averager, int workers, int threads) {
        Path output =
                work.resolve("run-%s-%s-%d".formatted(training.architecture().label(), label, System.nanoTime()));
        return new SparkRounds(label, spark, training.config(output, averager, workers, threads, AVERAGING_FREQUENCY));
    }
}
