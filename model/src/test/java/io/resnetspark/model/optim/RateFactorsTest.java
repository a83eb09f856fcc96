package io.resnetspark.model.optim;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ParameterLayout.Segment;
import io.resnetspark.model.layer.ParameterSpec.Kind;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A factor on a parameter's rate is the same as training it alone at that rate. */
class RateFactorsTest {

    private static final int LENGTH = 23;

    private static final ParameterLayout LAYOUT = new ParameterLayout(List.of(
            segment("conv1", "weight", Kind.WEIGHT, 0, 8),
            segment("bn1", "weight", Kind.SCALE_OR_BIAS, 8, 3),
            segment("bn1", "mean", Kind.RUNNING_MEAN, 11, 3),
            segment("fc", "weight", Kind.WEIGHT, 14, 6),
            segment("fc", "bias", Kind.SCALE_OR_BIAS, 20, 3)));

    private static Segment segment(String vertex, String name, Kind kind, int offset, int length) {
        return new Segment(vertex, name, kind, List.of((long) length), offset, length);
    }

    static Stream<OptimizerConfig> rules() {
        return Stream.of(
                new OptimizerConfig.Sgd(0.9, Momentum.CLASSIC, 0.01, DecayScope.ALL),
                new OptimizerConfig.Sgd(0.9, Momentum.NESTEROV, 0.01, DecayScope.WEIGHTS),
                new OptimizerConfig.AdamW(0.9, 0.999, 1e-8, 0.01, DecayScope.WEIGHTS),
                new OptimizerConfig.Lars(0.9, 0.001, 0.01));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aFactorIsARateOfItsOwn(OptimizerConfig rule) {
        float[] mixed = train(rule, segment -> segment.vertex().equals("fc") ? 4 : 1, 0.0625f);
        float[] slow = train(rule, RateFactors.EQUAL, 0.0625f);
        float[] fast = train(rule, RateFactors.EQUAL, 0.25f);
        for (int i = 0; i < LENGTH; i++) {
            assertThat(mixed[i]).as("value %d", i).isEqualTo(i < 14 ? slow[i] : fast[i]);
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void keptParametersStay(OptimizerConfig rule) {
        float[] start = values(1);
        float[] kept = train(rule, segment -> segment.vertex().equals("fc") ? 1 : RateFactors.KEEP, 0.25f);
        float[] free = train(rule, RateFactors.EQUAL, 0.25f);
        for (int i = 0; i < LENGTH; i++) {
            assertThat(kept[i]).as("value %d", i).isEqualTo(i < 14 ? start[i] : free[i]);
        }
    }

    private static float[] train(OptimizerConfig rule, RateFactors factors, float rate) {
        Optimizer optimizer = rule.create(LAYOUT);
        optimizer.useRates(factors);
        FloatBuffer parameters = FloatBuffer.wrap(values(1));
        for (int step = 0; step < 5; step++) {
            optimizer.step(parameters, FloatBuffer.wrap(values(2 + step)), 0.5f, rate, step);
        }
        return parameters.array();
    }

    private static float[] values(long seed) {
        Random random = new Random(seed);
        float[] values = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
