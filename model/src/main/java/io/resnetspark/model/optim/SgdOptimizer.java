package io.resnetspark.model.optim;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import java.nio.FloatBuffer;

/** {@link OptimizerConfig.Sgd}. */
final class SgdOptimizer implements Optimizer {

    private final OptimizerConfig.Sgd config;
    private final ParameterLayout layout;
    private final float[] velocity;
    private TrainedRanges ranges;

    SgdOptimizer(OptimizerConfig.Sgd config, ParameterLayout layout) {
        this.config = config;
        this.layout = layout;
        this.ranges = TrainedRanges.of(layout, config.decayScope(), RateFactors.EQUAL);
        this.velocity = new float[layout.length()];
    }

    @Override
    public void step(
            FloatBuffer parameters, FloatBuffer gradients, float gradientScale, float learningRate, long globalStep) {
        float momentum = (float) config.momentum();
        // p -= rate * (blend * g + keep * v): classic momentum steps along v, Nesterov's looks one step ahead
        float blend = config.form() == Momentum.NESTEROV ? 1 : 0;
        float keep = config.form() == Momentum.NESTEROV ? momentum : 1;
        for (TrainedRanges.Range range : ranges.ranges()) {
            float rate = learningRate * range.rateFactor();
            float decay = range.decays() ? (float) config.weightDecay() : 0;
            for (int i = range.start(); i < range.end(); i++) {
                float p = parameters.get(i);
                float g = gradients.get(i) * gradientScale + decay * p;
                float v = momentum * velocity[i] + g;
                velocity[i] = v;
                parameters.put(i, p - rate * (blend * g + keep * v));
            }
        }
    }

    @Override
    public void useRates(RateFactors factors) {
        ranges = TrainedRanges.of(layout, config.decayScope(), factors);
    }

    @Override
    public float[][] state() {
        return new float[][] {velocity};
    }
}
