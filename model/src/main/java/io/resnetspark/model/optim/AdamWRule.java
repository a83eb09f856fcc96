package io.resnetspark.model.optim;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.program.ParameterUpdate;
import java.util.ArrayList;
import java.util.List;

/** {@link OptimizerConfig.AdamW}. */
final class AdamWRule implements UpdateRule {

    private final OptimizerConfig.AdamW config;
    private final ParameterLayout layout;
    private TrainedRanges ranges;

    AdamWRule(OptimizerConfig.AdamW config, ParameterLayout layout) {
        this.config = config;
        this.layout = layout;
        this.ranges = TrainedRanges.of(layout, config.decayScope(), RateFactors.EQUAL);
    }

    @Override
    public int stateVectors() {
        return 2;
    }

    @Override
    public List<ParameterUpdate> updates(
            SquaredNorms squares, float gradientScale, float learningRate, long globalStep) {
        double unbiased = 1 / (1 - Math.pow(config.beta1(), globalStep + 1));
        float correction = (float) (1 / (1 - Math.pow(config.beta2(), globalStep + 1)));
        List<ParameterUpdate> updates = new ArrayList<>();
        for (TrainedRanges.Range range : ranges.ranges()) {
            double ownRate = (double) learningRate * range.rateFactor();
            updates.add(new ParameterUpdate.Adam(
                    range.start(),
                    range.end(),
                    gradientScale,
                    (float) config.beta1(),
                    (float) config.beta2(),
                    (float) config.epsilon(),
                    (float) (ownRate * unbiased),
                    correction,
                    range.decays() ? (float) (1 - ownRate * config.weightDecay()) : 1));
        }
        return updates;
    }

    @Override
    public void useRates(RateFactors factors) {
        ranges = TrainedRanges.of(layout, config.decayScope(), factors);
    }
}
