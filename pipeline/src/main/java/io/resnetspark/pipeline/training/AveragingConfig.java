package io.resnetspark.pipeline.training;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.Serializable;

/**
 * How a network is trained by several workers at once: who, when they are averaged, and what becomes of the averages.
 *
 * @param averager who averages
 * @param workers number of training tasks, each with its own network, at least 1
 * @param averagingFrequency minibatches each worker trains between averaging rounds, at least 1
 * @param everyStepEpochs first epochs in which workers are averaged after every step, at least 0
 * @param slowMomentum momentum over rounds
 * @param emaDecay decay per step of the moving average of weights that becomes the model, 0 to below 1; 0 for none
 * @param transfer how workers send what they trained
 * @param reestimateBatchNormImages training images of which batch-norm statistics are computed anew in the end, at least 0;
 *     0 for none
 */
@RecordBuilder
public record AveragingConfig(
        Averager averager,
        int workers,
        int averagingFrequency,
        int everyStepEpochs,
        SlowMomentum slowMomentum,
        double emaDecay,
        Transfer transfer,
        int reestimateBatchNormImages)
        implements AveragingConfigBuilder.With, Serializable {

    /** Who averages what workers have learned. */
    public enum Averager {
        /** This project's averaging: slice by slice, with optimiser state, every image once an epoch. */
        SLICED,
        /** dl4j-spark's own {@code ParameterAveragingTrainingMaster} with its defaults and its losses, for comparison. */
        STOCK
    }

    /** How workers send what they trained to be averaged. */
    public enum Transfer {
        /** As it is. */
        FLOAT32,
        /** Rounded to 16 bits; what that loses is made up for in later rounds. */
        FLOAT16
    }

    public AveragingConfig {
        AtLeast.check("workers", workers, 1);
        AtLeast.check("averaging-frequency", averagingFrequency, 1);
        AtLeast.check("every-step-epochs", everyStepEpochs, 0);
        AtLeast.check("reestimate-batch-norm-images", reestimateBatchNormImages, 0);
        if (!(emaDecay >= 0 && emaDecay < 1)) {
            throw new IllegalArgumentException("ema-decay must be at least 0 and below 1, not " + emaDecay);
        }
    }
}
