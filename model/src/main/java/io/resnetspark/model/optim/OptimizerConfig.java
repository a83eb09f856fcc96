package io.resnetspark.model.optim;

import io.resnetspark.model.ParameterLayout;
import java.io.Serializable;

/** An update rule as data. */
public sealed interface OptimizerConfig extends Serializable {

    /** Factor of the L2 penalty (SGD) or of the decoupled decay (AdamW), at least 0. */
    double weightDecay();

    /** Which parameters decay. */
    DecayScope decayScope();

    /** The rule for a network. */
    UpdateRule rule(ParameterLayout layout);

    /** The rule with its state for a network, at its beginning. */
    default Optimizer create(ParameterLayout layout) {
        return new Optimizer(rule(layout), layout);
    }

    /**
     * Whether the values of a state vector are never negative, as Adam's mean squared gradients: rounding errors of their
     * differences could break that.
     *
     * @param vector its place in {@link Optimizer#state()}
     */
    default boolean neverNegative(int vector) {
        return false;
    }

    /** Which parameters weight decay applies to. */
    enum DecayScope {
        /** Every trained parameter, as in the paper and PyTorch's default. */
        ALL,
        /** Convolution and linear weights only: not biases, not batch norm's scale and shift. */
        WEIGHTS
    }

    /**
     * Stochastic gradient descent with momentum as PyTorch defines it: {@code v = momentum v + g + decay p; p -= rate (nesterov ?
     * g + momentum v : v)}.
     *
     * @param momentum between 0 and 1
     */
    record Sgd(double momentum, Momentum form, double weightDecay, DecayScope decayScope) implements OptimizerConfig {

        /** Which step follows from the velocity. */
        public enum Momentum {
            CLASSIC,
            NESTEROV
        }

        public Sgd {
            require(momentum >= 0 && momentum < 1, "momentum must be at least 0 and below 1, not " + momentum);
            require(weightDecay >= 0, "weight decay must be at least 0, not " + weightDecay);
        }

        @Override
        public UpdateRule rule(ParameterLayout layout) {
            return new SgdRule(this, layout);
        }
    }

    /**
     * AdamW. Loshchilov and Hutter 2017, arXiv:1711.05101; plain Adam with a decay of 0.
     *
     * @param beta1 between 0 and 1, usually 0.9
     * @param beta2 between 0 and 1, usually 0.999
     * @param epsilon positive, usually 1e-8
     */
    record AdamW(double beta1, double beta2, double epsilon, double weightDecay, DecayScope decayScope)
            implements OptimizerConfig {

        public AdamW {
            require(beta1 >= 0 && beta1 < 1, "beta1 must be at least 0 and below 1, not " + beta1);
            require(beta2 >= 0 && beta2 < 1, "beta2 must be at least 0 and below 1, not " + beta2);
            require(epsilon > 0, "epsilon must be positive, not " + epsilon);
            require(weightDecay >= 0, "weight decay must be at least 0, not " + weightDecay);
        }

        @Override
        public UpdateRule rule(ParameterLayout layout) {
            return new AdamWRule(this, layout);
        }

        @Override
        public boolean neverNegative(int vector) {
            return vector == 1;
        }
    }

    /**
     * Layer-wise adaptive rates on top of SGD with momentum, for large batches. You et al. 2017, arXiv:1708.03888: each
     * weight's rate is scaled by {@code trust |p| / (|g| + decay |p|)}; biases and batch norm keep the plain rate.
     *
     * @param momentum between 0 and 1
     * @param trust the trust coefficient, positive, usually 0.001
     */
    record Lars(double momentum, double trust, double weightDecay) implements OptimizerConfig {

        public Lars {
            require(momentum >= 0 && momentum < 1, "momentum must be at least 0 and below 1, not " + momentum);
            require(trust > 0, "trust must be positive, not " + trust);
            require(weightDecay >= 0, "weight decay must be at least 0, not " + weightDecay);
        }

        @Override
        public DecayScope decayScope() {
            return DecayScope.WEIGHTS;
        }

        @Override
        public UpdateRule rule(ParameterLayout layout) {
            return new LarsRule(this, layout);
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
