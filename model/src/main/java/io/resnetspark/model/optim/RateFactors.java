package io.resnetspark.model.optim;

import io.resnetspark.model.ParameterLayout;

/** How the learning rate of single parameters differs from the training's. */
@FunctionalInterface
public interface RateFactors {

    /** The factor of a parameter that keeps its value: neither gradients nor momentum nor weight decay reach it. */
    float KEEP = 0;

    /** Every parameter at the training's own rate. */
    RateFactors EQUAL = segment -> 1;

    /** Factor on the learning rate of one parameter, at least 0. */
    float of(ParameterLayout.Segment parameter);
}
