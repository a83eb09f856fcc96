package io.resnetspark.pipeline.training.loop;

import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.image.augment.Augmentation;
import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.training.AveragingConfig;
import io.resnetspark.pipeline.training.AveragingConfigBuilder;
import io.resnetspark.pipeline.training.ComputeConfigBuilder;
import io.resnetspark.pipeline.training.DatasetConfigBuilder;
import io.resnetspark.pipeline.training.LearningRateFactors;
import io.resnetspark.pipeline.training.ModelConfig;
import io.resnetspark.pipeline.training.ModelConfig.ZeroInitResidual;
import io.resnetspark.pipeline.training.ModelConfigBuilder;
import io.resnetspark.pipeline.training.OnDivergence;
import io.resnetspark.pipeline.training.OptimizationConfigBuilder;
import io.resnetspark.pipeline.training.Precision;
import io.resnetspark.pipeline.training.Resume;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.RunConfigBuilder;
import io.resnetspark.pipeline.training.SlowMomentum;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainConfigBuilder;
import io.resnetspark.pipeline.training.TrainingListener;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** A training of two workers that takes a moment, with momentum, decay, augmentation and a short last step. */
public final class SmallTraining {

    /** Every kind of layer and both kinds of shortcut, in a block a stage. */
    public static final String NETWORK = "cifar-resnet20+blocks=1-1-1+widths=8-8-16";

    private SmallTraining() {}

    public static TrainConfig config(
            String dataset, String output, int epochs, double learningRate, OnDivergence onDivergence) {
        return TrainConfigBuilder.builder()
                .dataset(DatasetConfigBuilder.builder()
                        .data(dataset)
                        .validateOn(Split.VAL)
                        .augmentation(Augmentation.cifar())
                        .classWeights("none")
                        .build())
                .model(ModelConfigBuilder.builder()
                        .arch(NETWORK)
                        .inputSize(Optional.of(16))
                        .zeroInitResidual(ZeroInitResidual.OFF)
                        .freeze(List.of())
                        .frozenFeatures(ModelConfig.FrozenFeatures.CACHED)
                        .build())
                .averaging(AveragingConfigBuilder.builder()
                        .averager(AveragingConfig.Averager.SLICED)
                        .workers(2)
                        .averagingFrequency(2)
                        .slowMomentum(SlowMomentum.OFF)
                        .transfer(AveragingConfig.Transfer.FLOAT32)
                        .build())
                .optimization(OptimizationConfigBuilder.builder()
                        .optimizer(new OptimizerConfig.Sgd(0.9, Momentum.NESTEROV, 1e-3, DecayScope.ALL))
                        .learningRate(learningRate)
                        .factors(LearningRateFactors.EQUAL)
                        .schedule(new LearningRateSchedule.Constant())
                        .batchSize(6)
                        .epochs(epochs)
                        .build())
                .compute(ComputeConfigBuilder.builder()
                        .precision(Precision.FP32)
                        .threadsPerWorker(1)
                        .build())
                .run(RunConfigBuilder.builder()
                        .output(output)
                        .checkpointEveryEpochs(1)
                        .keepCheckpoints(2)
                        .build())
                .seed(11)
                .onDivergence(onDivergence)
                .build();
    }

    /** Trains or resumes. */
    static Checkpoint train(SparkSession spark, TrainConfig config, TrainingListener... listeners) {
        TrainingLoop.run(spark, config, Resume.CONTINUE, List.of(listeners));
        return run(spark, config).newestCheckpoint().orElseThrow();
    }

    static RunDirectory run(SparkSession spark, TrainConfig config) {
        return RunDirectory.at(config.run().output(), spark.sessionState().newHadoopConf());
    }

    /** Ends a training as a killed driver would, after so many rounds. */
    static TrainingListener plugPulledAfter(int rounds) {
        return new TrainingListener() {
            @Override
            public void roundDone(RoundMetrics metrics) {
                if (metrics.round() == rounds) {
                    throw new IllegalStateException("the plug is pulled after round " + rounds);
                }
            }
        };
    }
}
