package io.resnetspark.model.optim;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import io.resnetspark.model.program.ParameterUpdate;
import java.util.ArrayList;
import java.util.List;

/** {@link OptimizerConfig.Sgd}. */
final class SgdRule implements UpdateRule {

    private final OptimizerConfig.Sgd config;
    private final ParameterLayout layout;
    private TrainedRanges ranges;

    SgdRule(OptimizerConfig.Sgd config, ParameterLayout layout) {
        this.config = config;
        this.layout = layout;
        this.ranges = TrainedRanges.of(layout, config.decayScope(), RateFactors.EQUAL);
    }

    @Override
    public int stateVectors() {
        return 1;
    }

    @Override
    public List<ParameterUpdate> updates(
            SquaredNorms squares, float gradientScale, float learningRate, long globalStep) {
        float momentum = (float) config.momentum();
        // p -= rate * (blend * g + keep * v): classic momentum steps along v, Nesterov's looks one step ahead
        float blend = config.form() == Momentum.NESTEROV ? 1 : 0;
        float keep = config.form() == Momentum.NESTEROV ? momentum : 1;
        List<ParameterUpdate> updates = new ArrayList<>();
        for (TrainedRanges.Range range : ranges.ranges()) {
            float rate = learningRate * range.rateFactor();
            float decay = range.decays() ? (float) config.weightDecay() : 0;
            updates.add(new ParameterUpdate.Momentum(
                    range.start(), range.end(), gradientScale, decay, momentum, 1, blend, keep, rate));
        }
        return updates;
    }

    @Override
    public void useRates(RateFactors factors) {
        ranges = TrainedRanges.of(layout, config.decayScope(), factors);
    }
}
