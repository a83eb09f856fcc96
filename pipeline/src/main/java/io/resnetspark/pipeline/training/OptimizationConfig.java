package io.resnetspark.pipeline.training;

import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.pipeline.storage.Flattened;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.Serializable;

/**
 * How each worker descends: by which rule, how fast, for how long.
 *
 * @param optimizer update rule
 * @param learningRate base learning rate, positive; the schedule multiplies it
 * @param factors which parameters learn at another rate
 * @param schedule how the learning rate changes
 * @param clipNorm largest L2 norm of a minibatch's gradient; 0 for no clipping
 * @param batchSize images of one worker's minibatch, at least 1
 * @param epochs passes over the training split, at least 1
 * @param earlyStoppingEpochs epochs without a better validation after which the training ends; 0 trains all epochs
 */
@RecordBuilder
public record OptimizationConfig(
        OptimizerConfig optimizer,
        double learningRate,
        @Flattened LearningRateFactors factors,
        LearningRateSchedule schedule,
        double clipNorm,
        int batchSize,
        int epochs,
        int earlyStoppingEpochs)
        implements OptimizationConfigBuilder.With, Serializable {

    public OptimizationConfig {
        AtLeast.check("batch-size", batchSize, 1);
        AtLeast.check("epochs", epochs, 1);
        AtLeast.check("early-stopping-epochs", earlyStoppingEpochs, 0);
        if (!(learningRate > 0)) {
            throw new IllegalArgumentException("learning-rate must be positive, not " + learningRate);
        }
        if (!(clipNorm >= 0)) {
            throw new IllegalArgumentException("clip-norm must be at least 0, not " + clipNorm);
        }
    }
}
