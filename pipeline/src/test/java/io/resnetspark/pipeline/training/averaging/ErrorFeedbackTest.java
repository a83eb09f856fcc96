package io.resnetspark.pipeline.training.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import io.resnetspark.pipeline.training.averaging.EncodedVector.Halves;
import io.resnetspark.pipeline.training.averaging.EncodedVector.Singles;
import io.resnetspark.pipeline.training.averaging.ErrorFeedback.Precision;
import io.resnetspark.pipeline.training.averaging.SlicePlan.RunningStatistics;
import io.resnetspark.pipeline.training.averaging.SlicePlan.Slice;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ErrorFeedbackTest {

    private static final ErrorFeedback SGD =
            new ErrorFeedback(new OptimizerConfig.Sgd(0.9, Momentum.CLASSIC, 0, DecayScope.ALL));
    private static final ErrorFeedback ADAM =
            new ErrorFeedback(new OptimizerConfig.AdamW(0.9, 0.999, 1e-8, 0, DecayScope.ALL));
    private static final int LENGTH = 60;
    private static final Slice WHOLE = new Slice(0, 0, LENGTH, List.of(new RunningStatistics(20, 30, 10)));

    private final SplittableRandom random = new SplittableRandom(12);

    private float[] random(double size) {
        float[] values = new float[LENGTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((random.nextDouble() * 2 - 1) * size);
        }
        return values;
    }

    @Test
    void halvesKeepElevenDigitsOfAnySize() {
        for (double size : new double[] {1e-30, 1e-6, 1, 3e4, 1e9, 1e38}) {
            float[] values = random(size);
            float[] decoded = Halves.of(values).decode();
            for (int i = 0; i < LENGTH; i++) {
                assertThat((double) decoded[i]).isCloseTo(values[i], within(Math.abs(values[i]) * 0x1p-11));
            }
        }
    }

    @Test
    void halvesAreExactForWhatHasFewDigits() {
        float[] values = {0, 1, -1, 0.5f, -0.25f, 3, 1024, 2047, -1536};
        assertThat(Halves.of(values).decode()).isEqualTo(values);
        assertThat(Halves.of(new float[3]).decode()).containsExactly(0, 0, 0);
        assertThat(Halves.of(values).bytes()).isEqualTo(2L * values.length + 4);
    }

    @Test
    void whatIsNotANumberStaysNone() {
        float[] decoded =
                Halves.of(new float[] {1, Float.NaN, Float.POSITIVE_INFINITY}).decode();
        assertThat(Float.isFinite(decoded[1])).isFalse();
        assertThat(Float.isFinite(decoded[2])).isFalse();
    }

    /** What arrived in all rounds plus what is still owed is what the worker moved; after settling nothing is owed. */
    @Test
    void nothingIsLostOverRounds() {
        double[] moved = new double[LENGTH];
        double[] arrived = new double[LENGTH];
        float[][] owed = null;
        for (int round = 0; round < 20; round++) {
            Precision precision = round == 19 ? Precision.SETTLING : Precision.HALF;
            float[] start = random(1);
            float[] now = start.clone();
            float[] step = random(1e-2);
            for (int i = 0; i < LENGTH; i++) {
                now[i] += step[i];
                moved[i] += (double) now[i] - start[i];
            }
            float[][] vectors = {now};
            float[] sent = SGD.encode(WHOLE, new float[][] {start}, vectors, owed, precision)
                    .get(0)
                    .decode();
            owed = vectors;
            double largestDebt = 0;
            for (int i = 0; i < LENGTH; i++) {
                arrived[i] += sent[i];
                largestDebt = Math.max(largestDebt, Math.abs(owed[0][i]));
                assertThat(arrived[i] + owed[0][i]).isCloseTo(moved[i], within(1e-7));
            }
            if (precision == Precision.SETTLING) {
                assertThat(largestDebt).isZero();
            } else {
                assertThat(largestDebt).isBetween(1e-9, 1e-2 * 0x1p-10);
            }
        }
    }

    @Test
    void identicalWorkersAverageToWhatEachSent() {
        float[] start = random(1);
        float[] now = random(1);
        List<EncodedPart> parts = IntStream.range(0, 3)
                .mapToObj(worker -> new EncodedPart(
                        worker,
                        10 + worker,
                        SGD.encode(WHOLE, new float[][] {start}, new float[][] {now.clone()}, null, Precision.HALF),
                        List.of()))
                .toList();
        AveragedSlice averaged = SliceAveraging.average(
                WHOLE, parts.stream().map(EncodedPart::decode).toList());
        assertThat(averaged.vectors()[0]).isEqualTo(parts.get(0).decode().vectors()[0]);
    }

    @Test
    void runningStatisticsAndMeanSquaresAreSentAsTheyAre() {
        float[] start = random(1);
        float[][] now = {random(1), random(1), random(1)};
        float[][] before = {now[0].clone(), now[1].clone(), now[2].clone()};
        List<EncodedVector> sent = ADAM.encode(WHOLE, new float[][] {start, start, start}, now, null, Precision.HALF);
        float[] parameters = sent.get(0).decode();
        for (int i = 20; i < 40; i++) {
            assertThat(parameters[i]).isEqualTo((float) ((double) before[0][i] - start[i]));
            assertThat(now[0][i]).isZero();
        }
        assertThat(parameters[0]).isNotEqualTo((float) ((double) before[0][0] - start[0]));
        assertThat(sent.get(1)).isInstanceOf(Halves.class);
        assertThat(sent.get(2)).isInstanceOf(Singles.class);
    }
}
