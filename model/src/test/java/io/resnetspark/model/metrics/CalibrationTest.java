package io.resnetspark.model.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibrationTest {

    @Test
    void expectedErrorOfAHandComputedCase() {
        // Four examples at confidence 0.75, two of them right; one at 0.5, right: (4 * 0.25 + 1 * 0.5) / 5.
        Calibration calibration = new Calibration(10);
        float logThree = (float) Math.log(3);
        for (int i = 0; i < 4; i++) {
            calibration.add(new ScoredExample(i % 2, new float[] {logThree, 0}));
        }
        calibration.add(new ScoredExample(0, new float[] {0, 0}));
        assertThat(calibration.expectedError()).isCloseTo(0.3, within(1e-7));
        assertThat(calibration.maximumError()).isCloseTo(0.5, within(1e-7));
        assertThat(calibration.reliability().get(4).examples())
                .as("0.5 lies in (0.4, 0.5]")
                .isEqualTo(1);
        assertThat(calibration.reliability().get(7).accuracy()).isEqualTo(0.5);
        assertThat(calibration.reliability().get(0).accuracy()).isNaN();
    }

    @Test
    void expectedErrorIsItsDefinition() {
        List<ScoredExample> examples = RandomExamples.of(4, 700, 50);
        double error = 0;
        for (int bin = 0; bin < Calibration.STANDARD_BINS; bin++) {
            double low = (double) bin / Calibration.STANDARD_BINS;
            double high = (bin + 1.0) / Calibration.STANDARD_BINS;
            double gap = 0;
            for (ScoredExample example : examples) {
                if (example.confidence() > low && example.confidence() <= high) {
                    gap += example.confidence() - (example.correct() ? 1 : 0);
                }
            }
            error += Math.abs(gap) / examples.size();
        }
        assertThat(RandomExamples.metrics(examples).calibration().expectedError())
                .isCloseTo(error, within(1e-12));
    }

    @Test
    void temperatureUndoesAKnownDistortion() {
        // Labels are drawn from the softmax of the logits; the network then reports them three times too large.
        Random random = new Random(6);
        List<float[]> distorted = new ArrayList<>();
        int[] labels = new int[20_000];
        for (int i = 0; i < labels.length; i++) {
            float[] logits = {(float) random.nextGaussian(), (float) random.nextGaussian(), 0};
            ScoredExample honest = new ScoredExample(0, logits);
            double draw = random.nextDouble();
            labels[i] = draw < honest.probability(0) ? 0 : draw < honest.probability(0) + honest.probability(1) ? 1 : 2;
            distorted.add(TemperatureScaling.apply(logits, 1.0 / 3));
        }
        double temperature = TemperatureScaling.fit(distorted, labels);
        assertThat(temperature).isCloseTo(3, within(0.15));

        Calibration before = new Calibration(Calibration.STANDARD_BINS);
        Calibration after = new Calibration(Calibration.STANDARD_BINS);
        for (int i = 0; i < labels.length; i++) {
            before.add(new ScoredExample(labels[i], distorted.get(i)));
            after.add(new ScoredExample(labels[i], TemperatureScaling.apply(distorted.get(i), temperature)));
        }
        assertThat(after.expectedError()).isLessThan(before.expectedError() / 5);
    }
}
