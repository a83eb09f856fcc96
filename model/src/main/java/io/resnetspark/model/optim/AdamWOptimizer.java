package io.resnetspark.model.optim;

import io.resnetspark.model.ParameterLayout;
import java.nio.FloatBuffer;

/** {@link OptimizerConfig.AdamW}. */
final class AdamWOptimizer implements Optimizer {

    private final OptimizerConfig.AdamW config;
    private final ParameterLayout layout;
    private final float[] mean;
    private final float[] square;
    private TrainedRanges ranges;

    AdamWOptimizer(OptimizerConfig.AdamW config, ParameterLayout layout) {
        this.config = config;
        this.layout = layout;
        this.ranges = TrainedRanges.of(layout, config.decayScope(), RateFactors.EQUAL);
        this.mean = new float[layout.length()];
        this.square = new float[layout.length()];
    }

    @Override
    public void step(
            FloatBuffer parameters, FloatBuffer gradients, float gradientScale, float learningRate, long globalStep) {
        float beta1 = (float) config.beta1();
        float beta2 = (float) config.beta2();
        float epsilon = (float) config.epsilon();
        double unbiased = 1 / (1 - Math.pow(config.beta1(), globalStep + 1));
        float correction = (float) (1 / (1 - Math.pow(config.beta2(), globalStep + 1)));
        for (TrainedRanges.Range range : ranges.ranges()) {
            double ownRate = (double) learningRate * range.rateFactor();
            float rate = (float) (ownRate * unbiased);
            float keep = range.decays() ? (float) (1 - ownRate * config.weightDecay()) : 1;
            for (int i = range.start(); i < range.end(); i++) {
                float g = gradients.get(i) * gradientScale;
                float m = beta1 * mean[i] + (1 - beta1) * g;
                float s = beta2 * square[i] + (1 - beta2) * g * g;
                mean[i] = m;
                square[i] = s;
                float root = (float) Math.sqrt(s * correction);
                parameters.put(i, keep * parameters.get(i) - rate * m / (root + epsilon));
            }
        }
    }

    @Override
    public void useRates(RateFactors factors) {
        ranges = TrainedRanges.of(layout, config.decayScope(), factors);
    }

    @Override
    public float[][] state() {
        return new float[][] {mean, square};
    }
}
