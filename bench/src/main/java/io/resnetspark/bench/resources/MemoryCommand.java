package io.resnetspark.bench.resources;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.bench.report.JsonOption;
import io.resnetspark.bench.report.Machine;
import io.resnetspark.bench.spark.BenchSpark;
import io.resnetspark.bench.spark.DrawnImages;
import io.resnetspark.bench.spark.WorkFolder;
import io.resnetspark.model.Architecture;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.PrepareConfig.StoredEncoding;
import io.resnetspark.pipeline.dataset.Split;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code resnet bench memory}: peak and growth of the resident memory of a training process. */
@Command(
        name = "memory",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains in a process of its own for every case and shows its resident memory next to what the"
                + " maps need.",
        footer = {"", "Example: resnet bench memory --cases resnet18:16:100 --json memory.json"})
public final class MemoryCommand implements Callable<Integer> {

    private static final int SMALL_IMAGES = 5_120;
    private static final int PHOTOGRAPHS = 64;

    @Mixin
    private JsonOption json;

    @Option(
            names = "--cases",
            split = ",",
            paramLabel = "NETWORK:BATCH:STEPS",
            defaultValue = "resnet18:16:150,resnet50:8:60,cifar-resnet20:128:1000",
            description = "Default: ${DEFAULT-VALUE}.")
    private List<String> cases;

    @Option(
            names = "--precisions",
            split = ",",
            defaultValue = "fp32,bf16",
            description =
                    "Of each case; those that this processor does not train in are left out. Default: ${DEFAULT-VALUE}.")
    private List<String> precisions;

    @Option(names = "--heap", paramLabel = "SIZE", defaultValue = "1g", description = "Default: ${DEFAULT-VALUE}.")
    private String heap;

    /** @param steps a multiple of 50 or below it */
    private record Case(Architecture architecture, int batchSize, int steps) {
        static Case parse(String text) {
            String[] words = text.split(":", -1);
            if (words.length != 3) {
                throw new ConfigurationException("A case is NETWORK:BATCH:STEPS, not " + text);
            }
            return new Case(Architecture.named(words[0]), Integer.parseInt(words[1]), Integer.parseInt(words[2]));
        }
    }

    /** The JSON. */
    record Report(Machine machine, String heap, List<MemoryResult> results) {}

    @Override
    public Integer call() throws IOException {
        Machine machine = Machine.ofThisProcess();
        List<MemoryResult> results = new ArrayList<>();
        try (WorkFolder work = WorkFolder.create()) {
            Path small = work.path().resolve("small.index");
            Path photographs = work.path().resolve("photographs.index");
            List<Case> parsed = cases.stream().map(Case::parse).toList();
            SparkSession spark = BenchSpark.local(machine.cores());
            try {
                writeIndex(spark, DrawnImages.small(spark, work.path(), SMALL_IMAGES), small);
                if (parsed.stream().anyMatch(one -> one.architecture().spec().inputSize() > 32)) {
                    Path files = DrawnImages.photographs(work.path(), PHOTOGRAPHS);
                    writeIndex(
                            spark, DrawnImages.prepare(spark, files, work.path(), StoredEncoding.ENCODED), photographs);
                }
            } finally {
                spark.stop();
            }
            for (Case one : parsed) {
                boolean isSmall = one.architecture().spec().inputSize() == 32;
                for (TrainingPrecision precision : trained()) {
                    results.add(measure(
                            one,
                            precision,
                            isSmall ? small : photographs,
                            isSmall ? 10 : 2,
                            machine.cores(),
                            work.path()));
                }
            }
        }
        print(results);
        json.write(new Report(machine, heap, results));
        return 0;
    }

    private List<TrainingPrecision> trained() {
        return precisions.stream()
                .map(TrainingPrecision::named)
                .filter(Kernels.ofThisProcess()::trainsIn)
                .toList();
    }

    private static void writeIndex(SparkSession spark, String dataset, Path file) throws IOException {
        ExampleIndex index = ExampleIndex.build(spark, ImageDataset.open(spark, dataset), Split.TRAIN);
        try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(file))) {
            out.writeObject(index);
        }
    }

    private MemoryResult measure(Case one, TrainingPrecision precision, Path index, int classes, int threads, Path work)
            throws IOException {
        Path result = work.resolve("result.json");
        Files.deleteIfExists(result);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-Djava.awt.headless=true",
                "-Dorg.bytedeco.javacpp.maxbytes=0",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "-cp",
                System.getProperty("java.class.path"),
                MemoryProcess.class.getName()));
        command.addAll(List.of(
                index.toString(),
                one.architecture().label(),
                Integer.toString(one.architecture().spec().inputSize()),
                Integer.toString(classes),
                Integer.toString(one.batchSize()),
                Integer.toString(one.steps()),
                Integer.toString(threads),
                precision.label(),
                result.toString()));
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            int code = process.waitFor();
            if (code != 0 || !Files.exists(result)) {
                throw new IllegalStateException("%s ended with %d".formatted(one, code));
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while %s was measured".formatted(one), e);
        }
        return new ObjectMapper().readValue(result.toFile(), MemoryResult.class);
    }

    private static void print(List<MemoryResult> results) {
        System.out.println("| network, batch | precision | steps | peak MB | before the network | maps | needed"
                + " | heap | (peak - before) / needed | growth MB per 1,000 steps |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|");
        for (MemoryResult result : results) {
            System.out.println(String.format(
                    Locale.ROOT,
                    "| %s b%d | %s | %d | %.0f | %.0f | %.0f | %.0f | %.0f | %.2f | %.1f |",
                    result.network(),
                    result.batchSize(),
                    result.precision(),
                    result.steps(),
                    result.peakBytes() / 1e6,
                    result.startBytes() / 1e6,
                    result.mapBytes() / 1e6,
                    result.neededBytes() / 1e6,
                    result.heapBytes() / 1e6,
                    (double) (result.peakBytes() - result.startBytes()) / result.neededBytes(),
                    result.growthBytesPerThousandSteps() / 1e6));
        }
    }
}
