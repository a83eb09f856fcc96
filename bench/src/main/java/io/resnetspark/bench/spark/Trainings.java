package io.resnetspark.bench.spark;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.augment.Augmentation;
import io.resnetspark.model.image.load.BatchRecipe;
import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.training.AveragingConfig;
import io.resnetspark.pipeline.training.AveragingConfig.Averager;
import io.resnetspark.pipeline.training.AveragingConfigBuilder;
import io.resnetspark.pipeline.training.ComputeConfigBuilder;
import io.resnetspark.pipeline.training.DatasetConfigBuilder;
import io.resnetspark.pipeline.training.LearningRateFactors;
import io.resnetspark.pipeline.training.ModelConfig;
import io.resnetspark.pipeline.training.ModelConfigBuilder;
import io.resnetspark.pipeline.training.OnDivergence;
import io.resnetspark.pipeline.training.OptimizationConfigBuilder;
import io.resnetspark.pipeline.training.Precision;
import io.resnetspark.pipeline.training.RunConfigBuilder;
import io.resnetspark.pipeline.training.SlowMomentum;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainConfigBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The training that is measured: SGD with momentum and decay, augmented as usual for the size of the images.
 *
 * @param dataset all of it is trained on
 * @param inputSize of the network in pixels
 * @param batchSize of one worker
 */
public record Trainings(String dataset, Architecture architecture, int inputSize, int classes, int batchSize) {

    /** Low enough for noise. */
    public static final double LEARNING_RATE = 1e-3;

    /**
     * More than a measurement meets, and few enough for the rate of every step, which the stock averager writes down
     * before it begins.
     */
    private static final int EPOCHS = 1_000;

    public static final Sgd OPTIMIZER = new Sgd(0.9, Sgd.Momentum.NESTEROV, 5e-4, DecayScope.ALL);

    public ResNetSpec spec() {
        return architecture.spec().withClasses(classes).withInput(3, inputSize);
    }

    public BatchRecipe recipe() {
        Preprocessing preprocessing = new Preprocessing(
                3,
                Preprocessing.shorterSideFor(inputSize),
                inputSize,
                Preprocessing.IMAGENET_MEAN,
                Preprocessing.IMAGENET_STD);
        return BatchRecipe.training(preprocessing, augmentation(), 1, classes);
    }

    private Augmentation augmentation() {
        return inputSize <= 64 ? Augmentation.cifar() : Augmentation.imageNet();
    }

    /** Without an end that a measurement could meet, and without checkpoints before it. */
    public TrainConfig config(Path output, Averager averager, int workers, int threads, int averagingFrequency) {
        return TrainConfigBuilder.builder()
                .dataset(DatasetConfigBuilder.builder()
                        .data(dataset)
                        .validateOn(Split.VAL)
                        .augmentation(augmentation())
                        .classWeights("none")
                        .build())
                .model(ModelConfigBuilder.builder()
                        .arch(architecture.label())
                        .inputSize(Optional.of(inputSize))
                        .zeroInitResidual(ModelConfig.ZeroInitResidual.OFF)
                        .freeze(List.of())
                        .frozenFeatures(ModelConfig.FrozenFeatures.CACHED)
                        .build())
                .averaging(AveragingConfigBuilder.builder()
                        .averager(averager)
                        .workers(workers)
                        .averagingFrequency(averagingFrequency)
                        .slowMomentum(SlowMomentum.OFF)
                        .transfer(AveragingConfig.Transfer.FLOAT32)
                        .build())
                .optimization(OptimizationConfigBuilder.builder()
                        .optimizer(OPTIMIZER)
                        .learningRate(LEARNING_RATE)
                        .factors(LearningRateFactors.EQUAL)
                        .schedule(new LearningRateSchedule.Constant())
                        .batchSize(batchSize)
                        .epochs(EPOCHS)
                        .build())
                .compute(ComputeConfigBuilder.builder()
                        .precision(Precision.AUTO)
                        .threadsPerWorker(threads)
                        .build())
                .run(RunConfigBuilder.builder()
                        .output(output.toString())
                        .checkpointEveryEpochs(EPOCHS)
                        .keepCheckpoints(1)
                        .build())
                .seed(1)
                .onDivergence(OnDivergence.standard())
                .build();
    }
}
