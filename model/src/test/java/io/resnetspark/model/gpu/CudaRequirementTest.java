package io.resnetspark.model.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudaRequirementTest {

    private static final VisibleDevices ALL = VisibleDevices.of(Optional.empty());

    private static Optional<String> problem(DriverStatus driver, VisibleDevices visible, String address) {
        return CudaRequirement.problem(new Nd4jCudaBinding(), driver, visible, address);
    }

    private static DriverStatus device(String name, int major, int minor) {
        return new DriverStatus.Devices(List.of(new NvidiaGpu(0, "GPU-aa", name, major, minor)));
    }

    @ParameterizedTest
    @CsvSource({
        "Tesla K80, 3, 7",
        "Tesla P100, 6, 0",
        "Tesla V100, 7, 0",
        "Tesla T4, 7, 5",
        "A100, 8, 0",
        "A10, 8, 6",
        "RTX 4090, 8, 9"
    })
    void binariesUpToAmpereRunUpToAda(String name, int major, int minor) {
        assertThat(problem(device(name, major, minor), ALL, "0")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"Tesla K40, 3, 5", "NVIDIA H200, 9, 0", "NVIDIA B200, 10, 0", "RTX 5090, 12, 0"})
    void olderAndNewerDevicesAreNamedWithTheReason(String name, int major, int minor) {
        assertThat(problem(device(name, major, minor), ALL, "0")).hasValueSatisfying(text -> assertThat(text)
                .contains(name, major + "." + minor, "3.7 to 8.6", "up to 8.9", "no PTX"));
    }

    @Test
    void whatIsMissingIsSaid() {
        assertThat(problem(new DriverStatus.NoDriver(), ALL, "0").orElseThrow()).contains("no NVIDIA driver");
        assertThat(problem(new DriverStatus.Failure("version mismatch"), ALL, "0")
                        .orElseThrow())
                .contains("nvidia-smi says: version mismatch");
        assertThat(problem(new DriverStatus.Devices(List.of()), ALL, "0").orElseThrow())
                .contains("no GPU");
        assertThat(problem(device("Tesla T4", 7, 5), ALL, "1").orElseThrow()).contains("no GPU 1", "GPU 0, Tesla T4");
        assertThat(problem(device("Tesla T4", 7, 5), VisibleDevices.of(Optional.of("1")), "0")
                        .orElseThrow())
                .contains("GPU 0 is hidden", "CUDA_VISIBLE_DEVICES=1");
        assertThat(problem(device("Tesla T4", -1, 0), ALL, "GPU-aa")).isPresent();
    }

    @Test
    void theBackendOnTheClassPathMustBeTheOneAskedFor() {
        Nd4jBackends cpu = new Nd4jBackends(List.of("CpuBackend"));
        Nd4jBackends cuda = new Nd4jBackends(List.of("JCublasBackend"));
        Nd4jBackends both = new Nd4jBackends(List.of("CpuBackend", "JCublasBackend"));
        assertThat(cuda.whyNotCuda()).isEmpty();
        assertThat(cpu.whyNotCuda().orElseThrow()).contains("computes on the CPU (CpuBackend)", "-Pcuda");
        assertThat(both.whyNotCuda().orElseThrow()).contains("CpuBackend is on the class path beside");
        assertThat(cpu.whyNotCpu()).isEmpty();
        assertThat(cuda.whyNotCpu().orElseThrow()).contains("device.type");
        assertThat(both.whyNotCpu()).isPresent();
    }
}
