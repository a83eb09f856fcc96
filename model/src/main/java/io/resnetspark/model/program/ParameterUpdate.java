package io.resnetspark.model.program;

/**
 * What a step of an optimiser does to the parameters from {@code start} up to {@code end}, with every number decided: {@code
 * p} is a parameter, {@code g} its gradient summed over the batch, {@code v}, {@code m} and {@code s} are values of the
 * optimiser's state vectors at the same place.
 */
public sealed interface ParameterUpdate {

    int start();

    int end();

    /**
     * Gradient descent with momentum: {@code d = gradientScale g + decay p; v = momentum v + inner d; p -= outer (blend d +
     * keep v)}. State vector 0 holds {@code v}.
     */
    record Momentum(
            int start,
            int end,
            float gradientScale,
            float decay,
            float momentum,
            float inner,
            float blend,
            float keep,
            float outer)
            implements ParameterUpdate {}

    /**
     * Adam with decoupled decay: {@code d = gradientScale g; m = beta1 m + (1 - beta1) d; s = beta2 s + (1 - beta2) d d; p =
     * keep p - rate m / (sqrt(correction s) + epsilon)}. State vector 0 holds {@code m}, 1 holds {@code s}.
     */
    record Adam(
            int start,
            int end,
            float gradientScale,
            float beta1,
            float beta2,
            float epsilon,
            float rate,
            float correction,
            float keep)
            implements ParameterUpdate {}
}
