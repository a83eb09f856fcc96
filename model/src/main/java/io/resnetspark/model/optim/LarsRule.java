package io.resnetspark.model.optim;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.layer.ParameterSpec;
import io.resnetspark.model.program.ParameterUpdate;
import java.util.ArrayList;
import java.util.List;

/** {@link OptimizerConfig.Lars}. */
final class LarsRule implements UpdateRule {

    private final OptimizerConfig.Lars config;
    private final ParameterLayout layout;
    private RateFactors factors = RateFactors.EQUAL;

    LarsRule(OptimizerConfig.Lars config, ParameterLayout layout) {
        this.config = config;
        this.layout = layout;
    }

    @Override
    public int stateVectors() {
        return 1;
    }

    @Override
    public List<ParameterUpdate> updates(
            SquaredNorms squares, float gradientScale, float learningRate, long globalStep) {
        List<ParameterLayout.Segment> trained = layout.segments().stream()
                .filter(segment -> segment.kind().trainable() && factors.of(segment) != RateFactors.KEEP)
                .toList();
        List<ParameterLayout.Segment> adapting =
                trained.stream().filter(LarsRule::adapts).toList();
        double[] parameterSquares = squares.parameters(adapting);
        double[] gradientSquares = squares.gradients(adapting, gradientScale);
        List<ParameterUpdate> updates = new ArrayList<>();
        int weight = 0;
        for (ParameterLayout.Segment segment : trained) {
            float rate = learningRate * factors.of(segment);
            float decay = 0;
            if (adapts(segment)) {
                rate *= trust(parameterSquares[weight], gradientSquares[weight]);
                decay = (float) config.weightDecay();
                weight++;
            }
            updates.add(new ParameterUpdate.Momentum(
                    segment.offset(), segment.end(), gradientScale, decay, (float) config.momentum(), rate, 0, 1, 1));
        }
        return updates;
    }

    private static boolean adapts(ParameterLayout.Segment segment) {
        return segment.kind() == ParameterSpec.Kind.WEIGHT;
    }

    private float trust(double parameterSquares, double gradientSquares) {
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
}
