package io.resnetspark.pipeline.training;

import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.input.BatchRecipe;
import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.Progress;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * Everything a worker needs besides the state: broadcast once per training, the same on every executor.
 *
 * @param runId names the training among others of the same executor
 * @param spec the network
 * @param frozen stages that keep their weights
 * @param optimizer update rule
 * @param schedule how the learning rate changes
 * @param learningRate base learning rate
 * @param clipNorm largest gradient norm, infinite for none
 * @param workers number of workers
 * @param batchSize images of one worker's minibatch
 * @param epochs length of the training
 * @param seed of order, and of weights until a state replaces them
 * @param threads compute threads of each worker
 * @param training how training images are made
 * @param trainingIndex where they are
 * @param evaluation how validation images are made
 * @param validationIndexOrNull where they are; null without a validation split, since Optional cannot be sent
 * @param hadoop how to reach their file system
 */
record TrainingPlan(
        String runId,
        ResNetSpec spec,
        List<String> frozen,
        OptimizerConfig optimizer,
        LearningRateSchedule schedule,
        double learningRate,
        double clipNorm,
        int workers,
        int batchSize,
        int epochs,
        long seed,
        int threads,
        BatchRecipe training,
        ExampleIndex trainingIndex,
        BatchRecipe evaluation,
        ExampleIndex validationIndexOrNull,
        HadoopSettings hadoop)
        implements Serializable {

    Optional<ExampleIndex> validationIndex() {
        return Optional.ofNullable(validationIndexOrNull);
    }

    EpochPlan epochPlan(int epoch) {
        return new EpochPlan(trainingIndex.size(), workers, batchSize, seed, epoch);
    }

    int stepsPerEpoch() {
        return EpochPlan.steps(trainingIndex.size(), workers, batchSize);
    }

    /** The learning rate of a step: schedules follow the progress of all workers together. */
    double learningRate(int epoch, int step) {
        double seen = Math.min(1, (double) step * workers * batchSize / trainingIndex.size());
        return learningRate * schedule.factor(new Progress(epoch + seen, epochs));
    }
}
