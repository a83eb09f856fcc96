package io.resnetspark.pipeline.training;

import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.input.Augmentation;
import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.training.TrainConfig.ZeroInitResidual;
import io.resnetspark.pipeline.training.TrainingLoop.Resume;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** A training of two workers that takes seconds, with momentum, decay, augmentation and a short last step. */
final class SmallTraining {

    private SmallTraining() {}

    static TrainConfig config(
            String dataset, String output, int epochs, double learningRate, OnDivergence onDivergence) {
        return new TrainConfig(
                dataset,
                Optional.empty(),
                Optional.empty(),
                Split.VAL,
                "cifar-resnet20",
                Optional.of(16),
                Optional.empty(),
                List.of(),
                TrainConfig.FrozenFeatures.CACHED,
                output,
                TrainConfig.Averaging.SLICED,
                2,
                2,
                0,
                SlowMomentum.OFF,
                0,
                TrainConfig.Transfer.FLOAT32,
                0,
                6,
                epochs,
                learningRate,
                1,
                new LearningRateSchedule.Constant(),
                new OptimizerConfig.Sgd(0.9, Momentum.NESTEROV, 1e-3, DecayScope.ALL),
                0,
                Augmentation.cifar(),
                ZeroInitResidual.OFF,
                11,
                1,
                1,
                2,
                onDivergence);
    }

    /** Trains or resumes. */
    static Checkpoint train(SparkSession spark, TrainConfig config, TrainingListener... listeners) {
        TrainingLoop.run(spark, config, Resume.CONTINUE, List.of(listeners));
        return run(spark, config).newestCheckpoint().orElseThrow();
    }

    static RunDirectory run(SparkSession spark, TrainConfig config) {
        return RunDirectory.at(config.output(), spark.sessionState().newHadoopConf());
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
