package io.resnetspark.model.optim;

import io.resnetspark.model.program.ParameterUpdate;
import java.util.List;

/**
 * What an optimiser decides for a step, apart from where the vectors lie that it changes. Running statistics are left alone.
 */
public interface UpdateRule {

    /** Number of state vectors, each as long as the parameters, that start as zeros. */
    int stateVectors();

    /**
     * The updates of one step, of parts that do not overlap.
     *
     * @param squares of parameters and gradients as they are before the step
     * @param gradientScale factor that makes the summed gradients a mean, usually 1 / batch size, with gradient clipping
     *     folded in
     * @param learningRate at least 0; each parameter's {@linkplain #useRates factor} multiplies it
     * @param globalStep number of steps done before this one, over the whole training
     */
    List<ParameterUpdate> updates(SquaredNorms squares, float gradientScale, float learningRate, long globalStep);

    /**
     * Multiplies the learning rate of each parameter from now on. One with the factor {@link RateFactors#KEEP} is left alone,
     * and its state stays as it is.
     */
    void useRates(RateFactors factors);
}
