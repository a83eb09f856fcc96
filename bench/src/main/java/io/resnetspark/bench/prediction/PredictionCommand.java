package io.resnetspark.bench.prediction;

import io.resnetspark.bench.report.JsonOption;
import io.resnetspark.bench.report.Machine;
import io.resnetspark.bench.spark.BenchSpark;
import io.resnetspark.bench.spark.Contender;
import io.resnetspark.bench.spark.Deadline;
import io.resnetspark.bench.spark.DrawnImages;
import io.resnetspark.bench.spark.Speed;
import io.resnetspark.bench.spark.TakingTurns;
import io.resnetspark.bench.spark.WorkFolder;
import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.PrepareConfig.StoredEncoding;
import io.resnetspark.pipeline.inference.PredictConfig;
import io.resnetspark.pipeline.inference.PredictConfig.Format;
import io.resnetspark.pipeline.model.LoadedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.graph.ComputationGraph;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code resnet bench prediction}: prediction and evaluation of many images next to the network alone. */
@Command(
        name = "prediction",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Predicts and evaluates many images, whole runs of each, next to the network alone.",
        footer = {"", "Example: resnet bench prediction --networks resnet18 --json prediction.json"})
public final class PredictionCommand implements Callable<Integer> {

    private static final int SMALL_SIZE = 32;
    private static final int SIZE = 224;

    @Mixin
    private JsonOption json;

    @Option(
            names = "--networks",
            split = ",",
            defaultValue = "cifar-resnet20,resnet18",
            description = "Networks of 32 x 32 pixels get small images stored as pixels, others photographs, stored as"
                    + " pixels and as JPEG files. Default: ${DEFAULT-VALUE}.")
    private List<String> networks;

    @Option(
            names = "--small-images",
            paramLabel = "N",
            defaultValue = "25600",
            description = "Of a run. Default: ${DEFAULT-VALUE}.")
    private int smallImages;

    @Option(
            names = "--photographs",
            paramLabel = "N",
            defaultValue = "1024",
            description = "Of a run. Default: ${DEFAULT-VALUE}.")
    private int photographs;

    @Option(
            names = "--repetitions",
            paramLabel = "N",
            defaultValue = "5",
            description = "Of which the median is taken. Default: ${DEFAULT-VALUE}.")
    private int repetitions;

    @Option(
            names = "--budget-minutes",
            paramLabel = "M",
            defaultValue = "15",
            description = "There are fewer repetitions to end in time. Default: ${DEFAULT-VALUE}.")
    private double budgetMinutes;

    /** The JSON. */
    record Report(Machine machine, int smallImages, int photographs, List<Speed> results) {}

    @Override
    public Integer call() throws IOException {
        Machine machine = Machine.ofThisProcess();
        Deadline deadline = new Deadline(budgetMinutes);
        List<Speed> results = new ArrayList<>();
        try (WorkFolder work = WorkFolder.create()) {
            SparkSession spark = BenchSpark.local(machine.cores());
            try {
                for (int i = 0; i < networks.size(); i++) {
                    Architecture architecture = Architecture.named(networks.get(i));
                    Deadline own = deadline.within(1.0 / (networks.size() - i));
                    results.addAll(
                            architecture.spec().inputSize() == SMALL_SIZE
                                    ? small(spark, architecture, work.path(), machine.cores(), own)
                                    : photographs(spark, architecture, work.path(), machine.cores(), own));
                }
            } finally {
                spark.stop();
            }
        }
        print(results);
        json.write(new Report(machine, smallImages, photographs, results));
        return 0;
    }

    private List<Speed> small(SparkSession spark, Architecture architecture, Path work, int cores, Deadline deadline) {
        String dataset = DrawnImages.small(spark, work, smallImages);
        LoadedModel model = model(spark, architecture, SMALL_SIZE, SMALL_SIZE, dataset);
        return measure(model, cores, deadline, pixels(spark, model, dataset, work));
    }

    private List<Speed> photographs(
            SparkSession spark, Architecture architecture, Path work, int cores, Deadline deadline) {
        Path files = DrawnImages.photographs(work, photographs);
        String dataset = DrawnImages.prepare(spark, files, work, StoredEncoding.RAW);
        LoadedModel model = model(spark, architecture, Preprocessing.shorterSideFor(SIZE), SIZE, dataset);
        List<Contender> contenders = pixels(spark, model, dataset, work);
        contenders.add(
                new Prediction("predict, JPEG files", spark, model, files.toString(), Format.IMAGE_FOLDER, work));
        return measure(model, cores, deadline, contenders);
    }

    private static List<Contender> pixels(SparkSession spark, LoadedModel model, String dataset, Path work) {
        List<Contender> contenders = new ArrayList<>();
        contenders.add(new Prediction("predict, pixels", spark, model, dataset, Format.DATASET, work));
        contenders.add(new Evaluation(spark, model, dataset, work));
        return contenders;
    }

    private List<Speed> measure(LoadedModel model, int cores, Deadline deadline, List<Contender> pipelines) {
        int batchSize = PredictConfig.standard().batchSize();
        List<Contender> contenders = new ArrayList<>();
        // Five seconds, or a thirtieth of the budget where that is less.
        double seconds = Math.min(5, budgetMinutes * 60 / 30);
        contenders.add(new NetworkAlone(model, batchSize, cores, seconds));
        contenders.addAll(pipelines);
        String network = "%s@%d"
                .formatted(
                        model.card().spec().architecture(),
                        model.card().preprocessing().inputSize());
        return TakingTurns.measure(network, batchSize, contenders, repetitions, deadline);
    }

    /** With random weights: speed does not depend on them. */
    private static LoadedModel model(
            SparkSession spark, Architecture architecture, int shorterSide, int size, String dataset) {
        List<String> labels = ImageDataset.open(spark, dataset).classes().names();
        ResNetSpec spec = architecture.spec().withClasses(labels.size()).withInput(3, size);
        Preprocessing preprocessing =
                new Preprocessing(3, shorterSide, size, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
        ComputationGraph network = ResNet.create(spec, 1);
        StateDict weights = NetworkWeights.of(network);
        ResNet.close(network);
        return new LoadedModel(new ModelCard(spec, labels, preprocessing), weights, "random weights");
    }

    private static void print(List<Speed> results) {
        System.out.println("| network, batch | what runs | images/s | [min, max] | of the network alone |");
        System.out.println("|---|---|---|---|---|");
        results.forEach(speed -> System.out.println(speed.toRow()));
    }
}
