package io.resnetspark.model.optim;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.layer.ParameterSpec;
import java.nio.FloatBuffer;

/** {@link OptimizerConfig.Lars}. */
final class LarsOptimizer implements Optimizer {

    private final OptimizerConfig.Lars config;
    private final ParameterLayout layout;
    private final float[] velocity;
    private RateFactors factors = RateFactors.EQUAL;

    LarsOptimizer(OptimizerConfig.Lars config, ParameterLayout layout) {
        this.config = config;
        this.layout = layout;
        this.velocity = new float[layout.length()];
    }

    @Override
    public void step(
            FloatBuffer parameters, FloatBuffer gradients, float gradientScale, float learningRate, long globalStep) {
        for (ParameterLayout.Segment segment : layout.segments()) {
            float factor = factors.of(segment);
            if (!segment.kind().trainable() || factor == RateFactors.KEEP) {
                continue;
            }
            boolean adapts = segment.kind() == ParameterSpec.Kind.WEIGHT;
            float decay = adapts ? (float) config.weightDecay() : 0;
            float rate = learningRate * factor * (adapts ? trust(segment, parameters, gradients, gradientScale) : 1);
            float momentum = (float) config.momentum();
            for (int i = segment.offset(); i < segment.end(); i++) {
                float p = parameters.get(i);
                float v = momentum * velocity[i] + rate * (gradients.get(i) * gradientScale + decay * p);
                velocity[i] = v;
                parameters.put(i, p - v);
            }
        }
    }

    private float trust(
            ParameterLayout.Segment segment, FloatBuffer parameters, FloatBuffer gradients, float gradientScale) {
        double parameterSquares = 0;
        double gradientSquares = 0;
        for (int i = segment.offset(); i < segment.end(); i++) {
            double p = parameters.get(i);
            double g = gradients.get(i) * gradientScale;
            parameterSquares += p * p;
            gradientSquares += g * g;
        }
        double parameterNorm = Math.sqrt(parameterSquares);
        double gradientNorm = Math.sqrt(gradientSquares);
        if (parameterNorm == 0 || gradientNorm == 0) {
            return 1;
        }
        return (float) (config.trust() * parameterNorm / (gradientNorm + config.weightDecay() * parameterNorm));
    }

    @Override
    public void useRates(RateFactors newFactors) {
        factors = newFactors;
    }

    @Override
    public float[][] state() {
        return new float[][] {velocity};
    }
}
