package io.resnetspark.bench.averaging;

import io.resnetspark.bench.spark.Speed;
import io.resnetspark.bench.spark.Trainings;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.pipeline.training.AveragingConfig.Averager;
import io.resnetspark.pipeline.training.RoundMetrics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The phases of rounds with as little training as possible, one step of one image, so that what remains is averaging. The
 * workers are tasks of separate executor processes.
 */
final class RoundCosts {

    private static final Logger LOG = LoggerFactory.getLogger(RoundCosts.class);
    /** In the first round workers are built; the second is the first with warm code. */
    private static final int WARM_UPS = 2;

    private final SparkSession spark;
    private final Path work;
    private final int cores;
    private final int rounds;
    private final StageTimes stages = new StageTimes();

    RoundCosts(SparkSession spark, Path work, int cores, int rounds) {
        this.spark = spark;
        this.work = work;
        this.cores = cores;
        this.rounds = rounds;
        spark.sparkContext().addSparkListener(stages);
    }

    /** Medians over the rounds of one case. */
    RoundCost measure(Trainings training, int workers) {
        ParameterLayout layout = ParameterLayout.of(training.spec());
        Path output =
                work.resolve("rounds-%s-%d-%d".formatted(training.architecture().label(), workers, System.nanoTime()));
        List<RoundCost> costs = new ArrayList<>();
        stages.clear();
        try (PausedTraining paused =
                new PausedTraining(spark, training.config(output, Averager.SLICED, workers, 1, 1))) {
            for (int round = 0; round < WARM_UPS; round++) {
                paused.next();
            }
            stages.await(WARM_UPS);
            stages.clear();
            List<RoundMetrics> metrics = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                metrics.add(paused.next().metrics());
            }
            List<StageTimes.Job> jobs = stages.await(rounds);
            for (int round = 0; round < rounds; round++) {
                costs.add(cost(workers, layout.length(), metrics.get(round), jobs.get(round)));
            }
        }
        RoundCost median = median(costs);
        LOG.info("{} x {}: {}", workers, training.architecture().label(), median);
        return median;
    }

    private RoundCost cost(int workers, long parameters, RoundMetrics metrics, StageTimes.Job job) {
        double work = metrics.times().trainSeconds() + metrics.times().broadcastSeconds();
        double cut = Math.max(0, job.workSeconds() - work);
        return new RoundCost(
                workers,
                cores,
                parameters,
                2L * Float.BYTES * parameters, // SGD remembers one velocity for each parameter
                metrics.times().seconds(),
                metrics.times().trainSeconds(),
                metrics.times().broadcastSeconds(),
                cut,
                job.reduceSeconds(),
                Math.max(0, metrics.times().seconds() - work - cut - job.reduceSeconds()),
                job.shuffleBytes(),
                job.resultBytes(),
                stages.broadcastBytes() / rounds);
    }

    private static RoundCost median(List<RoundCost> costs) {
        RoundCost any = costs.get(0);
        return new RoundCost(
                any.workers(),
                any.cores(),
                any.parameters(),
                any.stateBytes(),
                seconds(costs, RoundCost::seconds),
                seconds(costs, RoundCost::trainSeconds),
                seconds(costs, RoundCost::installSeconds),
                seconds(costs, RoundCost::cutSeconds),
                seconds(costs, RoundCost::reduceSeconds),
                seconds(costs, RoundCost::driverSeconds),
                bytes(costs, RoundCost::shuffleBytes),
                bytes(costs, RoundCost::driverInBytes),
                bytes(costs, RoundCost::driverOutBytes));
    }

    private static double seconds(List<RoundCost> costs, ToDoubleFunction<RoundCost> phase) {
        return Speed.median(costs.stream().mapToDouble(phase).boxed().toList());
    }

    private static long bytes(List<RoundCost> costs, ToLongFunction<RoundCost> what) {
        return (long) Speed.median(
                costs.stream().mapToDouble(what::applyAsLong).boxed().toList());
    }
}
