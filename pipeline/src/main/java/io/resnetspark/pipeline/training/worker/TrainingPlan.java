package io.resnetspark.pipeline.training.worker;

import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.image.Normaliser;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.load.Batch;
import io.resnetspark.model.optim.Progress;
import io.resnetspark.model.program.ImageSamples;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.training.Trainer;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.training.FrozenStages;
import io.resnetspark.pipeline.training.OptimizationConfig;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.Serializable;
import java.util.List;
import java.util.UUID;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Everything a worker needs besides the state: broadcast once per training, the same on every executor.
 *
 * @param runId names the training among others of the same executor
 * @param spec the network
 * @param frozen stages that keep their weights
 * @param optimization how each worker descends
 * @param workers number of workers
 * @param compute what they compute with
 * @param images what they train on
 * @param seed of order, and of weights until a state replaces them
 */
@RecordBuilder
public record TrainingPlan(
        String runId,
        ResNetSpec spec,
        List<String> frozen,
        OptimizationConfig optimization,
        int workers,
        WorkerCompute compute,
        PlannedImages images,
        long seed)
        implements TrainingPlanBuilder.With, Serializable {

    public TrainingPlan withFeatures(CachedFeatures features) {
        return withImages(images.withFeatures(features));
    }

    /** Another base learning rate, under another id: resident workers keep the plan that they were made for. */
    public TrainingPlan withLearningRate(double newRate) {
        return withRunId(UUID.randomUUID().toString()).withOptimization(optimization.withLearningRate(newRate));
    }

    /** A new trainer of the network, or of its head alone if there are cached features; its state is to be restored. */
    public Trainer trainer() {
        ComputationGraph network;
        if (images.features().isPresent()) {
            network = ResNet.head(images.featuresOrNull().training().width(), spec.classes(), seed);
        } else {
            network = ResNet.create(spec, seed);
            FrozenStages.freeze(network, frozen);
        }
        double clipNorm = optimization.clipNorm() == 0 ? Trainer.NO_CLIPPING : optimization.clipNorm();
        return new Trainer(network, optimization.optimizer(), clipNorm, optimization.factors(), compute.precision());
    }

    /** What a trainer is trained on: samples, if it makes the network's input of them by itself. */
    Minibatches trainingMinibatches(Trainer trainer) {
        Preprocessing preprocessing = images.training().preprocessing();
        int size = preprocessing.inputSize();
        boolean samples = images.features().isEmpty()
                && trainer.readSamples(new ImageSamples(
                        new ImageShape(1, size, size, preprocessing.channels()),
                        new Normaliser(preprocessing).table(),
                        !images.training().augmentation().colourJitter().changesNothing()));
        return trainingMinibatches(samples ? Batch.Pixels.SAMPLES : Batch.Pixels.NORMALISED);
    }

    /** What any trainer is trained on. */
    Minibatches trainingMinibatches() {
        return trainingMinibatches(Batch.Pixels.NORMALISED);
    }

    private Minibatches trainingMinibatches(Batch.Pixels kept) {
        return images.features()
                .<Minibatches>map(features -> new FeatureMinibatches(
                        features.training(),
                        images.trainingIndex(),
                        spec.classes(),
                        images.training().augmentation().labelSmoothing(),
                        optimization.batchSize(),
                        images.hadoop()))
                .orElseGet(() -> new ImageMinibatches(
                        images.trainingIndex(), images.training(), optimization.batchSize(), images.hadoop(), kept));
    }

    /** What {@link #trainer} is validated on. */
    Minibatches validationMinibatches() {
        ExampleIndex index = images.validationIndex().orElseThrow();
        return images.features()
                .flatMap(CachedFeatures::validation)
                .<Minibatches>map(table -> new FeatureMinibatches(
                        table, index, spec.classes(), 0, optimization.batchSize(), images.hadoop()))
                .orElseGet(() ->
                        new ImageMinibatches(index, images.evaluation(), optimization.batchSize(), images.hadoop()));
    }

    public EpochPlan epochPlan(int epoch) {
        return new EpochPlan(images.trainingIndex().size(), workers, optimization.batchSize(), seed, epoch);
    }

    public int stepsPerEpoch() {
        return EpochPlan.steps(images.trainingIndex().size(), workers, optimization.batchSize());
    }

    /** The learning rate of a step: schedules follow the progress of all workers together. */
    public double learningRate(int epoch, int step) {
        double seen = Math.min(
                1,
                (double) step
                        * workers
                        * optimization.batchSize()
                        / images.trainingIndex().size());
        Progress progress = new Progress(epoch + seen, optimization.epochs());
        return optimization.learningRate() * optimization.schedule().factor(progress);
    }
}
