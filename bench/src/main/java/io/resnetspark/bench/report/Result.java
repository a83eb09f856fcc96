package io.resnetspark.bench.report;

import io.resnetspark.bench.process.Task;
import io.resnetspark.bench.schedule.Outcome.Measured;
import io.resnetspark.bench.workload.SystemUnderTest;
import java.util.List;

/**
 * What one system reached in one task.
 *
 * @param network for example {@code resnet18@224}
 * @param mode {@code train} or {@code infer}
 * @param batchSize images in a step
 * @param parameters number of trained parameters
 * @param repetitions of which the median is taken
 * @param stepsPerRepetition steps timed together
 * @param imagesPerSecond of each repetition, in the order of time
 */
public record Result(
        String system,
        String network,
        String mode,
        int batchSize,
        int threads,
        long parameters,
        int repetitions,
        int stepsPerRepetition,
        double imagesPerSecondMedian,
        double imagesPerSecondMin,
        double imagesPerSecondMax,
        List<Double> imagesPerSecond) {

    public Result {
        imagesPerSecond = List.copyOf(imagesPerSecond);
    }

    public static Result of(SystemUnderTest system, Task task, long parameters, Measured measured) {
        int batch = task.batch();
        return new Result(
                system.label(),
                task.network().label(),
                task.mode().label(),
                batch,
                task.threads(),
                parameters,
                measured.stepSeconds().size(),
                measured.stepsPerRepetition(),
                batch / measured.medianStepSeconds(),
                batch / measured.longestStepSeconds(),
                batch / measured.shortestStepSeconds(),
                measured.stepSeconds().stream().map(seconds -> batch / seconds).toList());
    }
}
