package io.resnetspark.bench.accuracy;

import io.resnetspark.bench.report.JsonOption;
import io.resnetspark.bench.report.Machine;
import io.resnetspark.bench.spark.BenchSpark;
import io.resnetspark.bench.spark.WorkFolder;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.RunManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code resnet bench accuracy}: seconds until a training is as good as asked, ours and PyTorch's by the same recipe. */
@Command(
        name = "accuracy",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Trains with \"resnet train\", then in PyTorch by the same recipe on the same images, and says when each"
                        + " reached which accuracy on the validation split.",
        footer = {
            "",
            "Example: resnet bench accuracy --python venv/bin/python --targets 90,91 -- \\",
            "           --config conf/recipes/cifar10-resnet20-short.conf --data data/cifar10 --seed 1"
        })
public final class AccuracyCommand implements Callable<Integer> {

    @Mixin
    private JsonOption json;

    @Option(
            names = "--targets",
            split = ",",
            paramLabel = "PERCENT",
            defaultValue = "90,91",
            description = "Of the validation split that is classified correctly. Default: ${DEFAULT-VALUE}.")
    private List<Double> targets;

    @Option(
            names = "--python",
            paramLabel = "PROGRAM",
            defaultValue = "python3",
            description = "A Python that has PyTorch. Default: ${DEFAULT-VALUE}.")
    private String python;

    @Option(
            names = "--ways",
            split = ",",
            paramLabel = "WAY",
            defaultValue = "bf16",
            description = "Of PyTorch: fp32, bf16, fp32-compiled, bf16-compiled. Default: ${DEFAULT-VALUE}.")
    private List<String> ways;

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "A training that this machine has done, in place of one that the benchmark does.")
    private Path run;

    @Parameters(paramLabel = "OPTION", description = "Of \"resnet train\", but --output; after --.")
    private List<String> training = List.of();

    /** The JSON. */
    record Report(Machine machine, List<Double> targets, List<Course> courses) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        Machine machine = Machine.ofThisProcess();
        List<Course> courses = new ArrayList<>();
        try (WorkFolder work = WorkFolder.create()) {
            RunDirectory ours = run == null
                    ? OwnTraining.train(training, work.path().resolve("run"))
                    : RunDirectory.at(run.toString(), new Configuration());
            courses.add(OwnTraining.course(ours));
            courses.addAll(pyTorch(ours, work.path()));
        }
        print(courses);
        json.write(new Report(machine, targets, courses));
        return 0;
    }

    private List<Course> pyTorch(RunDirectory ours, Path work) throws IOException, InterruptedException {
        Preprocessing preprocessing = ModelSource.load(
                        ours.path(), Optional.empty(), Optional.empty(), new Configuration())
                .card()
                .preprocessing();
        RunManifest.Images images = ours.manifest().images();
        Path train = work.resolve("train");
        Path val = work.resolve("val");
        SparkSession spark = BenchSpark.local(1);
        try {
            ImageDataset dataset = ImageDataset.open(spark, images.dataset(), images.datasetVersion());
            ImageFile.write(spark, dataset, Split.TRAIN, preprocessing.inputSize(), train);
            ImageFile.write(spark, dataset, Split.VAL, preprocessing.inputSize(), val);
        } finally {
            spark.stop();
        }
        List<Course> courses = new ArrayList<>();
        for (String way : ways) {
            PyTorchRecipe recipe = PyTorchRecipe.of(ours, preprocessing, way, train, val);
            courses.add(PyTorchTraining.train(python, recipe, images.trainExamples(), work));
        }
        return courses;
    }

    private void print(List<Course> courses) {
        StringBuilder head = new StringBuilder("| system | images/s | epochs | best |");
        StringBuilder rule = new StringBuilder("|---|---|---|---|");
        for (double target : targets) {
            head.append(String.format(Locale.ROOT, " to %.4g %% |", target));
            rule.append("---|");
        }
        System.out.println(head);
        System.out.println(rule);
        for (Course course : courses) {
            StringBuilder row = new StringBuilder(String.format(
                    Locale.ROOT,
                    "| %s | %,.0f | %d | %.2f %% |",
                    course.system(),
                    course.imagesPerSecond(),
                    course.epochs().size(),
                    100 * course.best()));
            for (double target : targets) {
                row.append(course.reaches(target / 100)
                        .map(epoch ->
                                String.format(Locale.ROOT, " %.0f s, %d epochs |", epoch.seconds(), epoch.epoch()))
                        .orElse(" not reached |"));
            }
            System.out.println(row);
        }
    }
}
