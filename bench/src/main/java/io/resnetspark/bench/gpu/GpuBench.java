package io.resnetspark.bench.gpu;

import io.resnetspark.model.program.TrainingPrecision;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What {@code bench/gpu/run.sh} runs in Java, each a line of JSON per result on the standard output:
 *
 * <pre>
 * compare TOLERANCE                     outputs and steps of every architecture, cuDNN against the CPU
 * speed ARCHITECTURE BATCH SECONDS      training throughput on synthetic images
 * cifar FOLDER EPOCHS                   trains CIFAR ResNet-20 on CIFAR-10's binary files, and tests it
 * </pre>
 */
public final class GpuBench {

    private GpuBench() {}

    /** What is trained in: the system property {@code resnet.bench.precision}. */
    static TrainingPrecision precision() {
        return TrainingPrecision.named(System.getProperty("resnet.bench.precision", "tf32"));
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments.length == 0 ? "" : arguments[0]) {
            case "compare" -> System.exit(Comparison.run(Double.parseDouble(arguments[1])) ? 0 : 1);
            case "speed" -> Speed.run(arguments[1], Integer.parseInt(arguments[2]), Double.parseDouble(arguments[3]));
            case "cifar" -> CifarTraining.run(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
            default -> {
                System.err.println("compare, speed or cifar, not " + Arrays.toString(arguments));
                System.exit(2);
            }
        }
    }
}
