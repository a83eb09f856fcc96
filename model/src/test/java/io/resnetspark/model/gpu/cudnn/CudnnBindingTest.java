package io.resnetspark.model.gpu.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.gpu.NvidiaGpu;
import io.resnetspark.model.kernel.Kernels;
import org.junit.jupiter.api.Test;

class CudnnBindingTest {

    private final CudnnBinding binding = new CudnnBinding();

    @Test
    void turingAndNewerAreTaken() {
        assertThat(binding.refusal(new NvidiaGpu(0, "GPU-1", "Tesla T4", 7, 5))).isEmpty();
        assertThat(binding.refusal(new NvidiaGpu(0, "GPU-1", "NVIDIA H200", 9, 0)))
                .isEmpty();
        assertThat(binding.refusal(new NvidiaGpu(0, "GPU-1", "Tesla V100", 7, 0))
                        .orElseThrow())
                .contains("Tesla V100", "7.0", "-Pcuda");
    }

    @Test
    void aProcessThatHasComputedOtherwiseIsNotTurnedOver() {
        Kernels.ofThisProcess();
        String kernels = System.getProperty(Kernels.SETTING);
        String device = System.getProperty(CudaDevice.SETTING);
        try {
            assertThatThrownBy(() -> binding.bind(1))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("start another");
            assertThatThrownBy(() -> binding.bind(0))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("one process uses one GPU");
        } finally {
            restore(Kernels.SETTING, kernels);
            restore(CudaDevice.SETTING, device);
        }
    }

    private static void restore(String property, String value) {
        if (value == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, value);
        }
    }
}
