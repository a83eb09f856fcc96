package io.resnetspark.bench.resources;

import io.resnetspark.bench.report.JsonOption;
import io.resnetspark.bench.report.Machine;
import io.resnetspark.bench.spark.BenchSpark;
import io.resnetspark.bench.spark.DrawnImages;
import io.resnetspark.bench.spark.TrainerLoop;
import io.resnetspark.bench.spark.TrainingSizeOption;
import io.resnetspark.bench.spark.Trainings;
import io.resnetspark.bench.spark.WorkFolder;
import io.resnetspark.model.Architecture;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.PrepareConfig.StoredEncoding;
import io.resnetspark.pipeline.dataset.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code resnet bench input}: the trainer's wait for images that are read, decoded and augmented while it trains. */
@Command(
        name = "input",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains on prepared datasets and shows how long the trainer waits for its images.",
        footer = {"", "Example: resnet bench input --photographs photos/ --json input.json"})
public final class InputCommand implements Callable<Integer> {

    private static final int PHOTOGRAPHS = 320;
    private static final int WARM_UP_STEPS = 5;

    @Mixin
    private JsonOption json;

    @Option(
            names = "--photographs",
            paramLabel = "FOLDER",
            description = "Images in one folder per class. Default: drawn JPEG files of 500 x 375 pixels.")
    private Path photographs;

    @Mixin
    private TrainingSizeOption size;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "30",
            description = "Of each case. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(names = "--threads", paramLabel = "N", description = "That compute. Default: the available cores.")
    private Integer threads;

    /** The JSON. */
    record Report(Machine machine, int threads, List<InputResult> results) {}

    @Override
    public Integer call() throws IOException {
        Machine machine = Machine.ofThisProcess();
        int used = Optional.ofNullable(threads).orElse(machine.cores());
        List<InputResult> results = new ArrayList<>();
        try (WorkFolder work = WorkFolder.create()) {
            SparkSession spark = BenchSpark.local(machine.cores());
            try {
                String small = DrawnImages.small(spark, work.path(), size.smallImages());
                results.add(measure(
                        spark,
                        new Trainings(small, Architecture.CIFAR_RESNET20, 32, 10, size.batchSize(32)),
                        "raw",
                        used));
                Path files = photographs != null ? photographs : DrawnImages.photographs(work.path(), PHOTOGRAPHS);
                for (StoredEncoding encoding : StoredEncoding.values()) {
                    String dataset = DrawnImages.prepare(spark, files, work.path(), encoding);
                    int classes =
                            ImageDataset.open(spark, dataset).classes().names().size();
                    Trainings training =
                            new Trainings(dataset, Architecture.RESNET18, 224, classes, size.batchSize(224));
                    results.add(measure(spark, training, encoding.name().toLowerCase(Locale.ROOT), used));
                }
            } finally {
                spark.stop();
            }
        }
        print(results);
        json.write(new Report(machine, used, results));
        return 0;
    }

    private InputResult measure(SparkSession spark, Trainings training, String storage, int used) {
        ExampleIndex index = ExampleIndex.build(spark, ImageDataset.open(spark, training.dataset()), Split.TRAIN);
        try (TrainerLoop loop = new TrainerLoop(training, index, used)) {
            TrainerLoop.Taken warmUp = loop.run(WARM_UP_STEPS);
            int steps = (int) Math.max(10, seconds * warmUp.imagesPerSecond() / training.batchSize());
            TrainerLoop.Taken taken = loop.run(steps);
            return new InputResult(
                    "%s@%d".formatted(training.architecture().label(), training.inputSize()),
                    training.batchSize(),
                    storage,
                    taken.images(),
                    taken.imagesPerSecond(),
                    taken.inputWaitSeconds() / taken.seconds(),
                    loop.prepareMillisPerImage());
        }
    }

    private static void print(List<InputResult> results) {
        System.out.println("| network, batch | stored | images/s | wait | preparing an image |");
        System.out.println("|---|---|---|---|---|");
        for (InputResult result : results) {
            System.out.println(String.format(
                    Locale.ROOT,
                    "| %s b%d | %s | %.1f | %.2f %% | %.2f ms |",
                    result.network(),
                    result.batchSize(),
                    result.storage(),
                    result.imagesPerSecond(),
                    100 * result.waitShare(),
                    result.prepareMillisPerImage()));
        }
    }
}
