package io.resnetspark.bench.resources;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.bench.spark.TrainerLoop;
import io.resnetspark.bench.spark.Trainings;
import io.resnetspark.model.Architecture;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.factory.Nd4j;

/** The process that is measured: it trains and writes a {@link MemoryResult} as JSON. */
final class MemoryProcess {

    private static final int SAMPLES = 50;

    private MemoryProcess() {}

    /** Arguments: index file, architecture, input size, classes, batch size, steps, threads, precision, result file. */
    public static void main(String[] arguments) throws IOException, ClassNotFoundException {
        ExampleIndex index;
        try (ObjectInputStream in = new ObjectInputStream(Files.newInputStream(Path.of(arguments[0])))) {
            index = (ExampleIndex) in.readObject();
        }
        Architecture architecture = Architecture.named(arguments[1]);
        Trainings training = new Trainings(
                "",
                architecture,
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]),
                Integer.parseInt(arguments[4]));
        int steps = Integer.parseInt(arguments[5]);
        int threads = Integer.parseInt(arguments[6]);
        TrainingPrecision precision = TrainingPrecision.named(arguments[7]);
        MemoryResult result = measure(training, index, steps, threads, precision);
        Files.writeString(Path.of(arguments[8]), new ObjectMapper().writeValueAsString(result));
    }

    private static MemoryResult measure(
            Trainings training, ExampleIndex index, int steps, int threads, TrainingPrecision precision) {
        Nd4j.create(1); // loads the natives
        long start = ProcessMemory.now().resident();
        List<MemorySample> samples = new ArrayList<>();
        try (TrainerLoop loop = new TrainerLoop(training, index, threads, precision)) {
            int stride = Math.max(1, steps / SAMPLES);
            for (int step = stride; step <= steps; step += stride) {
                loop.run(stride);
                samples.add(new MemorySample(step, ProcessMemory.now().resident()));
            }
        }
        MemoryNeed need = MemoryNeed.of(training.spec(), training.batchSize(), precision);
        return new MemoryResult(
                "%s@%d".formatted(training.architecture().label(), training.inputSize()),
                training.batchSize(),
                precision.label(),
                samples.get(samples.size() - 1).step(),
                ProcessMemory.now().peakResident(),
                start,
                need.total(),
                need.maps(),
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted(),
                MemoryResult.growth(samples),
                samples);
    }
}
