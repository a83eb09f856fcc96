package io.resnetspark.pipeline.training;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.pipeline.device.TaskDevice;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;

/** What a training is asked to compute in. */
public enum Precision {
    /** bf16 where all workers' processors multiply it by themselves, TF32 on NVIDIA's GPUs, else fp32. */
    AUTO,
    FP32,
    TF32,
    BF16;

    /** As people write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What is wanted in particular; empty if the workers decide. */
    public Optional<TrainingPrecision> wanted() {
        return this == AUTO ? Optional.empty() : Optional.of(TrainingPrecision.named(label()));
    }

    /**
     * Asks the workers what they compute with. Their precision is one, since they would not agree bit for bit in several.
     *
     * @param workers number of them
     * @throws ConfigurationException if some do not train in what is wanted
     */
    public WorkerKernels of(JavaSparkContext spark, int workers) {
        TrainingPrecision wanted = wanted().orElse(null);
        List<Capability> capabilities = spark.parallelize(Collections.nCopies(workers, workers), workers)
                .map(worker -> Capability.ofThisTask(wanted))
                .collect();
        String kernels = capabilities.stream()
                .map(Capability::kernels)
                .distinct()
                .sorted()
                .collect(Collectors.joining("; "));
        return new WorkerKernels(kernels, agreed(capabilities));
    }

    private TrainingPrecision agreed(List<Capability> capabilities) {
        if (this == AUTO) {
            List<TrainingPrecision> all =
                    capabilities.stream().map(Capability::precision).distinct().toList();
            return all.size() == 1 ? all.get(0) : TrainingPrecision.FP32;
        }
        capabilities.stream()
                .filter(capability -> !capability.trains())
                .findFirst()
                .ifPresent(capability -> {
                    throw new ConfigurationException(
                            "precision is %s, and %s does not train in it; leave it to auto, or choose %s"
                                    .formatted(
                                            label(),
                                            capability.kernels(),
                                            capability.precision().label()));
                });
        return wanted().orElseThrow();
    }

    /**
     * @param precision what this task would choose
     * @param trains whether it trains in what is wanted
     */
    private record Capability(TrainingPrecision precision, boolean trains, String kernels)
            implements java.io.Serializable {

        static Capability ofThisTask(TrainingPrecision wanted) {
            TaskDevice.ofThisTask().bind();
            Kernels kernels = Kernels.ofThisProcess();
            return new Capability(
                    kernels.defaultPrecision(),
                    Stream.ofNullable(wanted).allMatch(kernels::trainsIn),
                    kernels.description());
        }
    }
}
