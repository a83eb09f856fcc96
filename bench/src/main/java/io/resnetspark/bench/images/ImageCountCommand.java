package io.resnetspark.bench.images;

import io.resnetspark.bench.report.JsonOption;
import io.resnetspark.bench.report.Machine;
import io.resnetspark.bench.spark.BenchSpark;
import io.resnetspark.bench.spark.WorkFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code resnet bench images}: the commands themselves, each a process with a heap of one gibibyte, on growing numbers of small
 * images.
 */
@Command(
        name = "images",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Prepares, trains on, evaluates and predicts growing numbers of small images, with a heap of 1 GiB, and"
                        + " adds 1,000 to each.",
        footer = {"", "Example: resnet bench images --images 10000,100000,1000000 --json images.json"})
public final class ImageCountCommand implements Callable<Integer> {

    private static final int ADDED = 1_000;

    @Mixin
    private JsonOption json;

    @Option(
            names = "--images",
            split = ",",
            paramLabel = "N",
            defaultValue = "10000,100000",
            description = "Of each table; ascending. Default: ${DEFAULT-VALUE}.")
    private List<Integer> counts;

    @Option(
            names = "--folders-up-to",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Most images that are also prepared from files in folders. Default: ${DEFAULT-VALUE}.")
    private int foldersUpTo;

    /** @param step for example prepare */
    record Taken(int images, String step, double seconds) {}

    /** The JSON. */
    record Report(Machine machine, List<Taken> taken) {}

    private final List<Taken> taken = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        ImageIO.setUseCache(false); // images of a few bytes, each through a temporary file
        try (WorkFolder work = WorkFolder.create()) {
            draw(work.path());
            for (int images : counts) {
                measure(work.path(), images);
            }
        }
        print();
        json.write(new Report(Machine.ofThisProcess(), taken));
        return 0;
    }

    private void draw(Path folder) throws IOException {
        SparkSession spark = BenchSpark.local(Runtime.getRuntime().availableProcessors());
        try {
            for (int images : counts) {
                Drawn.table(spark, 0, images, folder.resolve("table-" + images));
                Drawn.table(spark, images, images + ADDED, folder.resolve("added-" + images));
                if (images <= foldersUpTo) {
                    Drawn.folders(0, images, folder.resolve("folders-" + images));
                }
            }
        } finally {
            spark.stop();
        }
    }

    private void measure(Path work, int images) throws IOException, InterruptedException {
        String dataset = work.resolve("dataset-" + images).toString();
        String run = work.resolve("run-" + images).toString();
        List<String> parquet =
                List.of("--format", "parquet", "--split", "train=0.8,val=0.1,test=0.1", "--output", dataset);
        run(work, images, "prepare from Parquet", "prepare", work.resolve("table-" + images), parquet);
        run(work, images, "prepare 1,000 more", "prepare", work.resolve("added-" + images), parquet);
        if (images <= foldersUpTo) {
            List<String> folders = List.of(
                    "--format",
                    "image-folder",
                    "--output",
                    work.resolve("of-folders-" + images).toString());
            run(work, images, "prepare from folders", "prepare", work.resolve("folders-" + images), folders);
        }
        List<String> training = List.of(
                "train",
                "--data",
                dataset,
                "--output",
                run,
                "--arch",
                "cifar-resnet20+blocks=1-1-1+widths=8-8-16",
                "--input-size",
                "8",
                "--augmentation",
                "none",
                "--workers",
                "2",
                "--averaging-frequency",
                "50",
                "--batch-size",
                "64",
                "--epochs",
                "1");
        run(work, images, "one epoch", training);
        run(
                work,
                images,
                "evaluate",
                List.of(
                        "evaluate",
                        "--data",
                        dataset,
                        "--split",
                        "test",
                        "--model",
                        run,
                        "--output",
                        work.resolve("report-" + images).toString()));
        run(
                work,
                images,
                "predict",
                List.of(
                        "predict",
                        "--input",
                        dataset,
                        "--format",
                        "dataset",
                        "--model",
                        run,
                        "--output",
                        work.resolve("predictions-" + images).toString()));
    }

    private void run(Path work, int images, String step, String command, Path input, List<String> options)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(command, "--input", input.toString()));
        arguments.addAll(options);
        run(work, images, step, arguments);
    }

    private void run(Path work, int images, String step, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(System.getenv("RESNET_LAUNCHER")));
        command.addAll(arguments);
        command.add("--no-ui");
        Path log = work.resolve("log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("RESNET_DRIVER_MEMORY", "1g");
        builder.environment().put("RESNET_BUILD", "never");
        long start = System.nanoTime();
        int exit = builder.start().waitFor();
        double seconds = (System.nanoTime() - start) / 1e9;
        if (exit != 0) {
            throw new IllegalStateException(
                    "%s of %d images: exit code %d%n%s".formatted(step, images, exit, Files.readString(log)));
        }
        taken.add(new Taken(images, step, seconds));
        System.err.printf(Locale.ROOT, "%,d images: %s %.1f s%n", images, step, seconds);
    }

    private void print() {
        System.out.println("| images | step | s | ms per image more |");
        System.out.println("|---|---|---|---|");
        for (Taken one : taken) {
            String more = taken.stream()
                    .filter(other -> other.step().equals(one.step()) && other.images() < one.images())
                    .reduce((smaller, larger) -> larger)
                    .map(smaller -> String.format(
                            Locale.ROOT,
                            "%.3f",
                            1e3 * (one.seconds() - smaller.seconds()) / (one.images() - smaller.images())))
                    .orElse("");
            System.out.println(String.format(
                    Locale.ROOT, "| %,d | %s | %.1f | %s |", one.images(), one.step(), one.seconds(), more));
        }
    }
}
