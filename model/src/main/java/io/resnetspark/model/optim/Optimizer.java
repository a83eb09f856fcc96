package io.resnetspark.model.optim;

import java.nio.FloatBuffer;

/**
 * An update rule with its state. One {@link #step} passes once over the flat parameters; running statistics are left alone.
 */
public interface Optimizer {

    /**
     * Updates the parameters in place.
     *
     * @param parameters the network's flat parameters
     * @param gradients flat, summed over the batch
     * @param gradientScale factor that makes them a mean, usually 1 / batch size, with gradient clipping folded in
     * @param learningRate at least 0; each parameter's {@linkplain #useRates factor} multiplies it
     * @param globalStep number of steps done before this one, over the whole training
     */
    void step(FloatBuffer parameters, FloatBuffer gradients, float gradientScale, float learningRate, long globalStep);

    /**
     * Multiplies the learning rate of each parameter from now on. One with the factor {@link RateFactors#KEEP} is left alone,
     * and its state stays as it is.
     */
    void useRates(RateFactors factors);

    /** The state vectors, each as long as the parameters; live, so that averaging and checkpoints can read and write them. */
    float[][] state();
}
