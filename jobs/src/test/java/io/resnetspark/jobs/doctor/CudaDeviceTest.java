package io.resnetspark.jobs.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CudaDeviceTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Tesla K80, 3.7",
                "Tesla V100-SXM2-16GB, 7.0",
                "Tesla T4, 7.5",
                "NVIDIA A100-SXM4-80GB, 8.0",
                "NVIDIA A10, 8.6",
                "NVIDIA GeForce RTX 4090, 8.9"
            })
    void binariesUpToAmpereRunUpToAda(String line) {
        assertThat(CudaDevice.parse(line).runsNd4jCuda()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Tesla K40, 3.5", "NVIDIA H200, 9.0", "NVIDIA B200, 10.0", "NVIDIA GeForce RTX 5090, 12.0"})
    void olderAndNewerDevicesAreNamedWithTheReason(String line) {
        CudaDevice device = CudaDevice.parse(line);
        assertThat(device.runsNd4jCuda()).isFalse();
        assertThat(device.whyNot())
                .contains(device.name(), "%d.%d".formatted(device.major(), device.minor()), "3.7 to 8.9");
    }

    @Test
    void aDriverThatDoesNotTellIsSaidToBeUnknown() {
        CudaDevice device = CudaDevice.parse("NVIDIA A100, PCIe, [N/A]");
        assertThat(device.runsNd4jCuda()).isFalse();
        assertThat(device.whyNot()).contains("NVIDIA A100, PCIe", "unknown");
        assertThat(CudaDevice.parse("NVIDIA A100, PCIe, 8.0").name()).isEqualTo("NVIDIA A100, PCIe");
    }
}
