package io.resnetspark.pipeline.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.optim.RateFactors;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LearningRateFactorsTest {

    @Test
    void theHeadIsOneGroupAndTheShiftsOfBatchNormsAnother() {
        RateFactors factors = new LearningRateFactors(10, 16);

        Map<String, Float> byKey = ParameterLayout.of(Architecture.CIFAR_RESNET20.spec()).segments().stream()
                .collect(Collectors.toMap(ParameterLayout.Segment::key, factors::of));

        assertThat(byKey)
                .containsEntry("fc.weight", 10f)
                .containsEntry("fc.bias", 10f)
                .containsEntry("bn1.bias", 16f)
                .containsEntry("layer3.2.bn2.bias", 16f)
                .containsEntry("bn1.weight", 1f)
                .containsEntry("layer3.2.conv1.weight", 1f);
    }

    @Test
    void nothingLearnsBackwards() {
        assertThatThrownBy(() -> new LearningRateFactors(1, 0))
                .hasMessageContaining("bias-learning-rate-factor must be positive, not 0");
    }
}
