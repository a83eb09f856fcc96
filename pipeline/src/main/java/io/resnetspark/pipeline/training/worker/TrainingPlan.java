package io.resnetspark.pipeline.training.worker;

import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.image.Normaliser;
import io.resnetspark.model.image.load.Batch;
import io.resnetspark.model.image.load.BatchRecipe;
import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.Progress;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.training.Trainer;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.training.FrozenStages;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Everything a worker needs besides the state: broadcast once per training, the same on every executor.
 *
 * @param runId names the training among others of the same executor
 * @param spec the network
 * @param frozen stages that keep their weights
 * @param optimizer update rule
 * @param schedule how the learning rate changes
 * @param learningRate base learning rate
 * @param headLearningRateFactor factor on the learning rate of the head
 * @param clipNorm largest gradient norm, infinite for none
 * @param workers number of workers
 * @param batchSize images of one worker's minibatch
 * @param epochs length of the training
 * @param seed of order, and of weights until a state replaces them
 * @param precision of all workers
 * @param threads compute threads of each worker
 * @param training how training images are made
 * @param trainingIndex where they are
 * @param evaluation how validation images are made
 * @param validationIndexOrNull where they are; null without a validation split, since Optional cannot be sent
 * @param featuresOrNull what the head is trained on when it is trained alone; null otherwise
 * @param hadoop how to reach their file system
 */
public record TrainingPlan(
        String runId,
        ResNetSpec spec,
        List<String> frozen,
        OptimizerConfig optimizer,
        LearningRateSchedule schedule,
        double learningRate,
        double headLearningRateFactor,
        double clipNorm,
        int workers,
        int batchSize,
        int epochs,
        long seed,
        TrainingPrecision precision,
        int threads,
        BatchRecipe training,
        ExampleIndex trainingIndex,
        BatchRecipe evaluation,
        ExampleIndex validationIndexOrNull,
        CachedFeatures featuresOrNull,
        HadoopSettings hadoop)
        implements Serializable {

    public Optional<ExampleIndex> validationIndex() {
        return Optional.ofNullable(validationIndexOrNull);
    }

    public Optional<CachedFeatures> features() {
        return Optional.ofNullable(featuresOrNull);
    }

    public TrainingPlan withFeatures(CachedFeatures features) {
        return with(runId, learningRate, features);
    }

    /** Another base learning rate, under another id: resident workers keep the plan that they were made for. */
    public TrainingPlan withLearningRate(double newRate) {
        return with(UUID.randomUUID().toString(), newRate, featuresOrNull);
    }

    private TrainingPlan with(String newRunId, double newRate, CachedFeatures features) {
        return new TrainingPlan(
                newRunId,
                spec,
                frozen,
                optimizer,
                schedule,
                newRate,
                headLearningRateFactor,
                clipNorm,
                workers,
                batchSize,
                epochs,
                seed,
                precision,
                threads,
                training,
                trainingIndex,
                evaluation,
                validationIndexOrNull,
                features,
                hadoop);
    }

    /** A new trainer of the network, or of its head alone if there are cached features; its state is to be restored. */
    public Trainer trainer() {
        ComputationGraph network;
        if (features().isPresent()) {
            network = ResNet.head(featuresOrNull.training().width(), spec.classes(), seed);
        } else {
            network = ResNet.create(spec, seed);
            FrozenStages.freeze(network, frozen);
        }
        return new Trainer(network, optimizer, clipNorm, headLearningRateFactor, precision);
    }

    /** What a trainer is trained on: samples, if it normalises images itself and they are neither mixed nor erased. */
    Minibatches trainingMinibatches(Trainer trainer) {
        boolean samples = training.keepsSamples()
                && features().isEmpty()
                && trainer.readSamplesBy(new Normaliser(training.preprocessing()).table());
        return trainingMinibatches(samples ? Batch.Pixels.SAMPLES : Batch.Pixels.NORMALISED);
    }

    /** What any trainer is trained on. */
    Minibatches trainingMinibatches() {
        return trainingMinibatches(Batch.Pixels.NORMALISED);
    }

    private Minibatches trainingMinibatches(Batch.Pixels kept) {
        return features()
                .<Minibatches>map(features -> new FeatureMinibatches(
                        features.training(),
                        trainingIndex,
                        spec.classes(),
                        training.augmentation().labelSmoothing(),
                        batchSize,
                        hadoop))
                .orElseGet(() -> new ImageMinibatches(trainingIndex, training, batchSize, hadoop, kept));
    }

    /** What {@link #trainer} is validated on. */
    Minibatches validationMinibatches() {
        ExampleIndex index = validationIndex().orElseThrow();
        return features()
                .flatMap(CachedFeatures::validation)
                .<Minibatches>map(table -> new FeatureMinibatches(table, index, spec.classes(), 0, batchSize, hadoop))
                .orElseGet(() -> new ImageMinibatches(index, evaluation, batchSize, hadoop));
    }

    public EpochPlan epochPlan(int epoch) {
        return new EpochPlan(trainingIndex.size(), workers, batchSize, seed, epoch);
    }

    public int stepsPerEpoch() {
        return EpochPlan.steps(trainingIndex.size(), workers, batchSize);
    }

    /** The learning rate of a step: schedules follow the progress of all workers together. */
    public double learningRate(int epoch, int step) {
        double seen = Math.min(1, (double) step * workers * batchSize / trainingIndex.size());
        return learningRate * schedule.factor(new Progress(epoch + seen, epochs));
    }
}
