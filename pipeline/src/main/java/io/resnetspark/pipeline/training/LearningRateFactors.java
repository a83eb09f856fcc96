package io.resnetspark.pipeline.training;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.optim.RateFactors;
import java.io.Serializable;

/**
 * Which parameters learn at another rate than the rest.
 *
 * @param headLearningRateFactor factor on the learning rate of the head {@code fc}, positive
 * @param biasLearningRateFactor factor on that of biases, which are the shifts of batch norms, but not on the head's, positive;
 *     above 1 a short training gets further (Jordan 2024, arXiv:2404.00498, section 3.4)
 */
public record LearningRateFactors(double headLearningRateFactor, double biasLearningRateFactor)
        implements RateFactors, Serializable {

    public static final LearningRateFactors EQUAL = new LearningRateFactors(1, 1);

    public LearningRateFactors {
        check("head-learning-rate-factor", headLearningRateFactor);
        check("bias-learning-rate-factor", biasLearningRateFactor);
    }

    private static void check(String name, double factor) {
        if (!(factor > 0)) {
            throw new IllegalArgumentException("%s must be positive, not %s".formatted(name, factor));
        }
    }

    @Override
    public float of(ParameterLayout.Segment parameter) {
        if (parameter.vertex().equals(ResNet.LOGITS)) {
            return (float) headLearningRateFactor;
        }
        return parameter.parameter().equals("bias") ? (float) biasLearningRateFactor : 1;
    }
}
