package io.resnetspark.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.gpu.cudnn.EmulatedDevice;
import io.resnetspark.model.kernel.Kernels;
import org.junit.jupiter.api.Test;

/** In the memory of an emulated device. */
class DeviceTrainingTest extends TrainingAgreement {

    @Override
    Kernels kernels() {
        return EmulatedDevice.kernels();
    }

    @Test
    void whatDoesNotFitIsRefusedWithAdvice() {
        try (Trainer trainer =
                new Trainer(network(SPEC, EmulatedDevice.kernels(12 << 20)), PLAIN, Trainer.NO_CLIPPING)) {
            assertThatThrownBy(() -> trainer.probabilities(images(SPEC, 1000, 0)))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("1000 images")
                    .hasMessageContaining("batch-size");
            assertThat(trainer.probabilities(images(SPEC, 2, 0)).length()).isEqualTo(2L * SPEC.classes());
        }
    }
}
