package io.resnetspark.model.optim;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.kernel.ComputeThreads;
import io.resnetspark.model.kernel.HostUpdates;
import io.resnetspark.model.program.ParameterUpdate;
import java.nio.FloatBuffer;
import java.util.List;

/** An update rule with its state in the memory of Java. One {@link #step} passes once over the flat parameters. */
public final class Optimizer {

    private final UpdateRule rule;
    private final float[][] state;

    Optimizer(UpdateRule rule, ParameterLayout layout) {
        this.rule = rule;
        this.state = new float[rule.stateVectors()][layout.length()];
    }

    /**
     * Updates the parameters in place.
     *
     * @param parameters the network's flat parameters
     * @param gradients flat, summed over the batch
     * @param gradientScale factor that makes them a mean, usually 1 / batch size, with gradient clipping folded in
     * @param learningRate at least 0; each parameter's {@linkplain #useRates factor} multiplies it
     * @param globalStep number of steps done before this one, over the whole training
     */
    public void step(
            FloatBuffer parameters, FloatBuffer gradients, float gradientScale, float learningRate, long globalStep) {
        SquaredNorms squares = new HostNorms(parameters, gradients);
        for (ParameterUpdate update : rule.updates(squares, gradientScale, learningRate, globalStep)) {
            HostUpdates.apply(update, parameters, gradients, state, ComputeThreads.ofThisThread());
        }
    }

    /** As {@link UpdateRule#useRates}. */
    public void useRates(RateFactors factors) {
        rule.useRates(factors);
    }

    /** The state vectors, each as long as the parameters; live, so that averaging and checkpoints can read and write them. */
    public float[][] state() {
        return state;
    }

    private record HostNorms(FloatBuffer parameterVector, FloatBuffer gradientVector) implements SquaredNorms {

        @Override
        public double[] parameters(List<ParameterLayout.Segment> segments) {
            return squares(parameterVector, segments, 1);
        }

        @Override
        public double[] gradients(List<ParameterLayout.Segment> segments, float scale) {
            return squares(gradientVector, segments, scale);
        }

        private static double[] squares(FloatBuffer vector, List<ParameterLayout.Segment> segments, float scale) {
            double[] sums = new double[segments.size()];
            for (int s = 0; s < sums.length; s++) {
                for (int i = segments.get(s).offset(); i < segments.get(s).end(); i++) {
                    double value = vector.get(i) * scale;
                    sums[s] += value * value;
                }
            }
            return sums;
        }
    }
}
