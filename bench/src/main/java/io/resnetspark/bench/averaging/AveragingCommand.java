package io.resnetspark.bench.averaging;

import io.resnetspark.bench.report.JsonOption;
import io.resnetspark.bench.report.Machine;
import io.resnetspark.bench.spark.BenchSpark;
import io.resnetspark.bench.spark.Deadline;
import io.resnetspark.bench.spark.DrawnImages;
import io.resnetspark.bench.spark.Speed;
import io.resnetspark.bench.spark.TrainingSizeOption;
import io.resnetspark.bench.spark.Trainings;
import io.resnetspark.bench.spark.WorkFolder;
import io.resnetspark.bench.workload.StockNetworks;
import io.resnetspark.model.Architecture;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.pipeline.dataset.PrepareConfig.StoredEncoding;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code resnet bench averaging}: what averaging on Spark costs, and will cost. */
@Command(
        name = "averaging",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Measures training on Spark next to one process, and the phases of averaging rounds; fits a cost model.",
        footer = {"", "Example: resnet bench averaging --json averaging.json --parts rounds --workers 2,4"})
public final class AveragingCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(AveragingCommand.class);

    private static final int PHOTOGRAPHS = 640;
    private static final int EXECUTORS = 2;
    private static final double SECONDS_OF_A_CASE = 25;
    private static final double THROUGHPUT_SHARE = 0.5;

    /** What is measured. */
    enum Part {
        THROUGHPUT,
        ROUNDS
    }

    @Mixin
    private JsonOption json;

    @Option(
            names = "--parts",
            split = ",",
            defaultValue = "throughput,rounds",
            description = "Default: ${DEFAULT-VALUE}.")
    private List<Part> parts;

    @Option(
            names = "--networks",
            split = ",",
            defaultValue = "cifar-resnet20,resnet18",
            description = "Whose throughput is measured, of cifar-resnet20 and resnet18 (at 224 x 224)."
                    + " Default: ${DEFAULT-VALUE}.")
    private List<String> networks;

    @Mixin
    private TrainingSizeOption size;

    @Option(
            names = "--models",
            split = ",",
            defaultValue = "cifar-resnet56,resnet18,resnet50",
            description = "Whose rounds are measured, at 32 x 32. Default: ${DEFAULT-VALUE}.")
    private List<String> models;

    @Option(
            names = "--workers",
            split = ",",
            defaultValue = "2,4,8,16",
            description = "Of the rounds. Default: ${DEFAULT-VALUE}.")
    private List<Integer> workers;

    @Option(
            names = "--repetitions",
            paramLabel = "N",
            defaultValue = "5",
            description = "Of which the median is taken. Default: ${DEFAULT-VALUE}.")
    private int repetitions;

    @Option(
            names = "--network-gbit",
            paramLabel = "GBIT",
            defaultValue = "10",
            description = "Speed of the network that is predicted for, in Gbit/s. Default: ${DEFAULT-VALUE}.")
    private double networkGbit;

    @Option(
            names = "--budget-minutes",
            paramLabel = "M",
            defaultValue = "13",
            description =
                    "There are fewer repetitions, and cases are left out, to end in time. Default: ${DEFAULT-VALUE}.")
    private double budgetMinutes;

    private final List<Speed> speeds = new ArrayList<>();
    private final List<RoundCost> costs = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        StockNetworks.allowHelpers();
        Instant start = Instant.now();
        Machine machine = Machine.ofThisProcess();
        Deadline deadline = new Deadline(budgetMinutes);
        try (WorkFolder work = WorkFolder.create()) {
            String small = throughput(work.path(), machine.cores(), deadline);
            if (parts.contains(Part.ROUNDS) && deadline.secondsLeft() < SECONDS_OF_A_CASE) {
                leftOut.add("rounds: the time is used up");
            } else if (parts.contains(Part.ROUNDS)) {
                rounds(work.path(), small, machine.cores(), deadline);
            }
        }
        CostModel model = costs.size() < 4 ? null : CostModel.fit(costs);
        AveragingReport report = new AveragingReport(
                start.truncatedTo(ChronoUnit.SECONDS).toString(),
                start.until(Instant.now(), ChronoUnit.MILLIS) / 1e3,
                machine,
                speeds,
                costs,
                model,
                networkGbit,
                model == null ? List.of() : predictions(model),
                leftOut);
        System.out.print(report.toTable());
        json.write(report);
        return 0;
    }

    /** Returns the dataset of small images, which the rounds need too. */
    private String throughput(Path work, int cores, Deadline deadline) {
        SparkSession spark = BenchSpark.local(cores);
        try {
            String small = DrawnImages.small(spark, work, size.smallImages());
            if (parts.contains(Part.THROUGHPUT)) {
                Throughput throughput = new Throughput(spark, work, cores, repetitions);
                for (int i = 0; i < networks.size(); i++) {
                    Architecture architecture = Architecture.named(networks.get(i));
                    LOG.info("Throughput of {}", architecture.label());
                    double share = (parts.contains(Part.ROUNDS) ? THROUGHPUT_SHARE : 1) / (networks.size() - i);
                    Deadline own = deadline.within(Math.min(1, share));
                    speeds.addAll(throughput.run(training(spark, work, small, architecture), own));
                }
            }
            return small;
        } finally {
            spark.stop();
        }
    }

    private Trainings training(SparkSession spark, Path work, String small, Architecture architecture) {
        if (architecture.spec().inputSize() == 32) {
            return new Trainings(small, architecture, 32, 10, size.batchSize(32));
        }
        Path photographs = DrawnImages.photographs(work, PHOTOGRAPHS);
        String dataset = DrawnImages.prepare(spark, photographs, work, StoredEncoding.RAW);
        return new Trainings(dataset, architecture, 224, 2, size.batchSize(224));
    }

    private void rounds(Path work, String small, int cores, Deadline deadline) {
        int most = workers.stream().mapToInt(Integer::intValue).max().orElse(1);
        int memoryMib = (int) Math.min(6144, Machine.ofThisProcess().memoryGib() * 1024 / 4);
        SparkSession spark = BenchSpark.cluster(EXECUTORS, (most + 1) / EXECUTORS, memoryMib, memoryMib);
        try {
            RoundCosts measure = new RoundCosts(spark, work, cores, repetitions);
            for (String model : models) {
                for (int count : workers) {
                    if (deadline.secondsLeft() < SECONDS_OF_A_CASE) {
                        leftOut.add("%d workers of %s: the time is used up".formatted(count, model));
                    } else {
                        rounds(measure, new Trainings(small, Architecture.named(model), 32, 10, 1), count);
                    }
                }
            }
        } finally {
            spark.stop();
        }
    }

    /** A case that fails, as a rule with too many workers for the machine's memory, is left out. */
    private void rounds(RoundCosts measure, Trainings training, int count) {
        try {
            costs.add(measure.measure(training, count));
        } catch (IllegalStateException failed) {
            String model = training.architecture().label();
            LOG.warn("{} workers of {} are left out", count, model, failed);
            leftOut.add("%d workers of %s: %s"
                    .formatted(
                            count,
                            model,
                            failed.getMessage().lines().findFirst().orElse("")));
        }
    }

    /** Rounds of ten steps of ResNet-18 at the speed that was measured; without a measurement, averaging alone. */
    private List<CostModel.Prediction> predictions(CostModel model) {
        long state = 2L
                * Float.BYTES
                * ParameterLayout.of(Architecture.RESNET18.spec()).length();
        Optional<Speed> speed = speeds.stream()
                .filter(measured -> measured.network().startsWith("resnet18")
                        && measured.system().equals(OneProcess.LABEL))
                .findFirst();
        double train = speed.map(measured -> Throughput.AVERAGING_FREQUENCY * measured.batchSize() / measured.median())
                .orElse(0.0);
        List<CostModel.Prediction> predictions = new ArrayList<>();
        for (int count : new int[] {16, 100, 1000}) {
            predictions.add(model.predict(count, state, networkGbit * 1e9 / 8, train));
        }
        return predictions;
    }
}
