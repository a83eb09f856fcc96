package io.resnetspark.model.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ParameterLayout.Segment;
import io.resnetspark.model.layer.ParameterSpec.Kind;
import io.resnetspark.model.optim.OptimizerConfig.AdamW;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Lars;
import io.resnetspark.model.optim.OptimizerConfig.Sgd;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The update rules against their formulas, step by step in double precision. */
class OptimizersTest {

    private static final int STEPS = 6;

    /** A gradient summed over 8 examples. */
    private static final float SCALE = 1f / 8;

    private static final ParameterLayout LAYOUT = new ParameterLayout(List.of(
            new Segment("conv", "weight", Kind.WEIGHT, List.of(3L), 0, 3),
            new Segment("bn", "weight", Kind.SCALE_OR_BIAS, List.of(2L), 3, 2),
            new Segment("bn", "bias", Kind.SCALE_OR_BIAS, List.of(2L), 5, 2),
            new Segment("bn", "mean", Kind.RUNNING_MEAN, List.of(2L), 7, 2),
            new Segment("bn", "var", Kind.RUNNING_VARIANCE, List.of(2L), 9, 2),
            new Segment("fc", "weight", Kind.WEIGHT, List.of(4L), 11, 4),
            new Segment("fc", "bias", Kind.SCALE_OR_BIAS, List.of(1L), 15, 1)));

    /** One step of a rule on one segment, in doubles; {@code g} is the mean gradient. */
    private interface Rule {
        void step(Segment segment, double[] p, double[] g, double rate, int step);
    }

    private static float rate(int step) {
        return 0.1f / (1 + step);
    }

    private static float[] randoms(long seed) {
        Random random = new Random(seed);
        float[] values = new float[LAYOUT.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] gradients(int step) {
        float[] gradients = randoms(100 + step);
        Arrays.fill(gradients, 7, 11, Float.NaN); // running statistics have no gradient: nobody may look
        return gradients;
    }

    private static void assertFollows(OptimizerConfig config, Rule rule) {
        float[] parameters = randoms(1);
        double[] expected = new double[parameters.length];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = parameters[i];
        }
        Optimizer optimizer = config.create(LAYOUT);
        for (int step = 0; step < STEPS; step++) {
            float[] gradients = gradients(step);
            optimizer.step(FloatBuffer.wrap(parameters), FloatBuffer.wrap(gradients), SCALE, rate(step), step);
            double[] mean = new double[gradients.length];
            for (int i = 0; i < mean.length; i++) {
                mean[i] = gradients[i] / 8.0;
            }
            for (Segment segment : LAYOUT.segments()) {
                if (segment.kind().trainable()) {
                    rule.step(segment, expected, mean, rate(step), step);
                }
            }
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) parameters[i])
                        .as("parameter %d after step %d", i, step)
                        .isCloseTo(expected[i], within(2e-6));
            }
        }
    }

    private static double decay(DecayScope scope, Segment segment, double decay) {
        return scope == DecayScope.ALL || segment.kind() == Kind.WEIGHT ? decay : 0;
    }

    /** torch.optim.SGD. */
    @ParameterizedTest
    @CsvSource({
        "0, CLASSIC, 0, ALL",
        "0, CLASSIC, 0.01, ALL",
        "0.9, CLASSIC, 0, ALL",
        "0.9, CLASSIC, 0.01, ALL",
        "0.9, CLASSIC, 0.01, WEIGHTS",
        "0.9, NESTEROV, 0.01, ALL",
        "0.5, NESTEROV, 0.1, WEIGHTS",
    })
    void sgd(double momentum, Momentum form, double weightDecay, DecayScope scope) {
        double[] velocity = new double[LAYOUT.length()];
        assertFollows(new Sgd(momentum, form, weightDecay, scope), (segment, p, gradient, rate, step) -> {
            for (int i = segment.offset(); i < segment.end(); i++) {
                double g = gradient[i] + decay(scope, segment, weightDecay) * p[i];
                velocity[i] = step == 0 ? g : momentum * velocity[i] + g;
                p[i] -= rate * (form == Momentum.NESTEROV ? g + momentum * velocity[i] : velocity[i]);
            }
        });
    }

    /** torch.optim.AdamW. */
    @ParameterizedTest
    @CsvSource({
        "0.9, 0.999, 1e-8, 0, ALL",
        "0.9, 0.999, 1e-8, 0.05, ALL",
        "0.8, 0.95, 1e-3, 0.05, WEIGHTS",
    })
    void adamW(double beta1, double beta2, double epsilon, double weightDecay, DecayScope scope) {
        double[] mean = new double[LAYOUT.length()];
        double[] square = new double[LAYOUT.length()];
        assertFollows(new AdamW(beta1, beta2, epsilon, weightDecay, scope), (segment, p, gradient, rate, step) -> {
            for (int i = segment.offset(); i < segment.end(); i++) {
                double g = gradient[i];
                p[i] -= rate * decay(scope, segment, weightDecay) * p[i];
                mean[i] = beta1 * mean[i] + (1 - beta1) * g;
                square[i] = beta2 * square[i] + (1 - beta2) * g * g;
                double correctedMean = mean[i] / (1 - Math.pow(beta1, step + 1));
                double correctedSquare = square[i] / (1 - Math.pow(beta2, step + 1));
                p[i] -= rate * correctedMean / (Math.sqrt(correctedSquare) + epsilon);
            }
        });
    }

    /** You et al. 2017, algorithm 1, for weights; SGD with momentum for the others. */
    @ParameterizedTest
    @CsvSource({"0.9, 0.001, 0.01", "0, 0.02, 0", "0.5, 1, 0.1"})
    void lars(double momentum, double trust, double weightDecay) {
        double[] velocity = new double[LAYOUT.length()];
        assertFollows(new Lars(momentum, trust, weightDecay), (segment, p, gradient, rate, step) -> {
            boolean weight = segment.kind() == Kind.WEIGHT;
            double norm = norm(p, segment);
            double local = weight ? trust * norm / (norm(gradient, segment) + weightDecay * norm) : 1;
            for (int i = segment.offset(); i < segment.end(); i++) {
                double g = gradient[i] + (weight ? weightDecay : 0) * p[i];
                velocity[i] = momentum * velocity[i] + rate * local * g;
                p[i] -= velocity[i];
            }
        });
    }

    private static double norm(double[] values, Segment segment) {
        double squares = 0;
        for (int i = segment.offset(); i < segment.end(); i++) {
            squares += values[i] * values[i];
        }
        return Math.sqrt(squares);
    }

    @Test
    void larsMovesWeightsThatAreZero() {
        float[] parameters = new float[LAYOUT.length()];
        float[] gradients = new float[LAYOUT.length()];
        Arrays.fill(gradients, 8);
        new Lars(0, 0.001, 0.1)
                .create(LAYOUT)
                .step(FloatBuffer.wrap(parameters), FloatBuffer.wrap(gradients), SCALE, 0.5f, 0);
        assertThat(parameters[0]).isEqualTo(-0.5f);
    }

    static Stream<OptimizerConfig> configs() {
        return Stream.of(
                new Sgd(0.9, Momentum.CLASSIC, 0.1, DecayScope.ALL),
                new AdamW(0.9, 0.999, 1e-8, 0.1, DecayScope.ALL),
                new Lars(0.9, 0.1, 0.1));
    }

    @ParameterizedTest
    @MethodSource("configs")
    void runningStatisticsStayBitForBit(OptimizerConfig config) {
        float[] parameters = randoms(1);
        parameters[8] = Float.NaN;
        float[] before = parameters.clone();
        Optimizer optimizer = config.create(LAYOUT);
        optimizer.step(FloatBuffer.wrap(parameters), FloatBuffer.wrap(gradients(0)), SCALE, 0.1f, 0);
        assertThat(Arrays.copyOfRange(parameters, 7, 11)).isEqualTo(Arrays.copyOfRange(before, 7, 11));
        for (float[] vector : optimizer.state()) {
            assertThat(Arrays.copyOfRange(vector, 7, 11)).containsOnly(0);
        }
    }

    @ParameterizedTest
    @MethodSource("configs")
    void keptVerticesStayAndTheOthersMoveAsEver(OptimizerConfig config) {
        float[] free = randoms(1);
        float[] partly = randoms(1);
        Optimizer optimizer = config.create(LAYOUT);
        Optimizer keeping = config.create(LAYOUT);
        keeping.useRates(segment -> Set.of("bn", "fc").contains(segment.vertex()) ? RateFactors.KEEP : 1);
        optimizer.step(FloatBuffer.wrap(free), FloatBuffer.wrap(gradients(0)), SCALE, 0.1f, 0);
        keeping.step(FloatBuffer.wrap(partly), FloatBuffer.wrap(gradients(0)), SCALE, 0.1f, 0);
        assertThat(Arrays.copyOfRange(partly, 0, 3)).isEqualTo(Arrays.copyOfRange(free, 0, 3));
        assertThat(Arrays.copyOfRange(partly, 3, 16)).isEqualTo(Arrays.copyOfRange(randoms(1), 3, 16));
        keeping.useRates(RateFactors.EQUAL);
        keeping.step(FloatBuffer.wrap(partly), FloatBuffer.wrap(gradients(1)), SCALE, 0.1f, 1);
        assertThat(partly[15]).isNotEqualTo(randoms(1)[15]);
    }

    /** A state vector is live: what is written into it is what the next step starts from. */
    @ParameterizedTest
    @MethodSource("configs")
    void stateAndParametersAreAllThereIs(OptimizerConfig config) {
        float[] parameters = randoms(1);
        Optimizer optimizer = config.create(LAYOUT);
        optimizer.step(FloatBuffer.wrap(parameters), FloatBuffer.wrap(gradients(0)), SCALE, 0.1f, 0);
        float[] continued = parameters.clone();
        Optimizer successor = config.create(LAYOUT);
        for (int i = 0; i < optimizer.state().length; i++) {
            System.arraycopy(optimizer.state()[i], 0, successor.state()[i], 0, LAYOUT.length());
        }
        optimizer.step(FloatBuffer.wrap(parameters), FloatBuffer.wrap(gradients(1)), SCALE, 0.1f, 1);
        successor.step(FloatBuffer.wrap(continued), FloatBuffer.wrap(gradients(1)), SCALE, 0.1f, 1);
        assertThat(continued).isEqualTo(parameters);
    }

    @Test
    void refusesImpossibleSettings() {
        assertThatThrownBy(() -> new Sgd(1, Momentum.CLASSIC, 0, DecayScope.ALL))
                .hasMessageContaining("momentum");
        assertThatThrownBy(() -> new Sgd(0.9, Momentum.CLASSIC, -1, DecayScope.ALL))
                .hasMessageContaining("weight decay");
        assertThatThrownBy(() -> new AdamW(0.9, 1, 1e-8, 0, DecayScope.ALL)).hasMessageContaining("beta2");
        assertThatThrownBy(() -> new AdamW(0.9, 0.9, 0, 0, DecayScope.ALL)).hasMessageContaining("epsilon");
        assertThatThrownBy(() -> new Lars(0.9, 0, 0)).hasMessageContaining("trust");
        assertThatThrownBy(() -> new Sgd(Double.NaN, Momentum.CLASSIC, 0, DecayScope.ALL))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
