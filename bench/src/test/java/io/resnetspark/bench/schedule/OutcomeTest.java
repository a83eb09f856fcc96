package io.resnetspark.bench.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeTest {

    @Test
    void medianLiesInTheMiddleWhateverTheOrder() {
        assertThat(new Outcome.Measured(1, List.of(9.0, 1.0, 2.0)).medianStepSeconds())
                .isEqualTo(2);
        assertThat(new Outcome.Measured(1, List.of(4.0, 9.0, 1.0, 2.0)).medianStepSeconds())
                .isEqualTo(3);
    }
}
