package io.resnetspark.bench.gpu;

import io.resnetspark.model.program.TrainingPrecision;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What {@code bench/gpu/run.sh} runs in Java, each a line of JSON per result on the standard output:
 *
 * <pre>
 * doctor                                what computes, and whether a trial sum comes out right
 * compare TOLERANCE ARCHITECTURE...     outputs and steps, cuDNN against the CPU; of every architecture if none is named
 * golden write|check FILE               logits of networks that are the same everywhere, written by one machine for another
 * speed ARCHITECTURE BATCH SECONDS      training throughput on synthetic images
 * memory ARCHITECTURE                   how many images fit, by the advice and in fact
 * cifar FOLDER EPOCHS                   trains CIFAR ResNet-20 on CIFAR-10's binary files, and tests it
 * target PERCENT SECONDS                trains CIFAR ResNet-20 on synthetic images until so many are classified correctly
 * </pre>
 *
 * The exit code is 1 if something disagrees or does not reach its target.
 */
public final class GpuBench {

    private GpuBench() {}

    /** What is trained in: the system property {@code resnet.bench.precision}. */
    static TrainingPrecision precision() {
        return TrainingPrecision.named(System.getProperty("resnet.bench.precision", "tf32"));
    }

    public static void main(String[] arguments) throws Exception {
        boolean good = true;
        switch (arguments.length == 0 ? "" : arguments[0]) {
            case "doctor" -> good = Doctor.run();
            case "compare" ->
                good = Comparison.run(
                        Double.parseDouble(arguments[1]), List.of(arguments).subList(2, arguments.length));
            case "golden" -> good = GoldenLogits.run(arguments[1], Path.of(arguments[2]));
            case "speed" -> Speed.run(arguments[1], Integer.parseInt(arguments[2]), Double.parseDouble(arguments[3]));
            case "memory" -> good = MemoryLimit.run(arguments[1]);
            case "cifar" -> CifarTraining.run(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
            case "target" ->
                good = CifarTraining.reach(Double.parseDouble(arguments[1]), Double.parseDouble(arguments[2]));
            default -> {
                System.err.println(
                        "doctor, compare, golden, speed, memory, cifar or target, not " + Arrays.toString(arguments));
                System.exit(2);
            }
        }
        System.exit(good ? 0 : 1);
    }
}
