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
        List<Answer> answers = spark.parallelize(Collections.nCopies(workers, workers), workers)
                .map(worker -> Answer.ofThisTask(wanted))
                .collect();
        String kernels =
                answers.stream().map(Answer::kernels).distinct().sorted().collect(Collectors.joining("; "));
        return new WorkerKernels(kernels, agreed(answers));
    }

    private TrainingPrecision agreed(List<Answer> answers) {
        if (this == AUTO) {
            List<TrainingPrecision> all =
                    answers.stream().map(Answer::precision).distinct().toList();
            return all.size() == 1 ? all.get(0) : TrainingPrecision.FP32;
        }
        answers.stream().filter(answer -> !answer.trains()).findFirst().ifPresent(answer -> {
            throw new ConfigurationException(
                    "precision is %s, and %s does not train in it; leave it to auto, or choose %s"
                            .formatted(
                                    label(),
                                    answer.kernels(),
                                    answer.precision().label()));
        });
        return wanted().orElseThrow();
    }

    /**
     * @param precision what this task would choose
     * @param trains whether it trains in what is wanted
     */
    private record Answer(TrainingPrecision precision, boolean trains, String kernels) implements java.io.Serializable {

        static Answer ofThisTask(TrainingPrecision wanted) {
            TaskDevice.ofThisTask().bind();
            Kernels kernels = Kernels.ofThisProcess();
            return new Answer(
                    kernels.defaultPrecision(),
                    Stream.ofNullable(wanted).allMatch(kernels::trainsIn),
                    kernels.description());
        }
    }
}
