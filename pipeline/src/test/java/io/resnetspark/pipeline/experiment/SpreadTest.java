package io.resnetspark.pipeline.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {

    @Test
    void hasTheMeanAndTheSampleDeviation() {
        Spread spread = Spread.of(List.of(2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0));
        assertThat(spread.mean()).isEqualTo(5);
        assertThat(spread.deviation()).isCloseTo(Math.sqrt(32 / 7.0), within(1e-12));
        assertThat(spread.count()).isEqualTo(8);
    }

    @Test
    void whatWasNotMeasuredDoesNotCount() {
        assertThat(Spread.of(List.of(Double.NaN, 3.0, Double.NaN))).isEqualTo(new Spread(3, Double.NaN, 1));
        assertThat(Spread.of(List.of(Double.NaN))).isEqualTo(new Spread(Double.NaN, Double.NaN, 0));
    }
}
