package io.resnetspark.jobs.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.jobs.doctor.Finding.Verdict;
import io.resnetspark.model.gpu.DriverStatus;
import io.resnetspark.model.gpu.Nd4jBackends;
import io.resnetspark.model.gpu.NvidiaGpu;
import io.resnetspark.pipeline.device.DeviceRequest;
import io.resnetspark.pipeline.device.DeviceType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DiagnosisTest {

    private static final long GIB = 1L << 30;
    private static final Nd4jBackends CPU_BUILD = new Nd4jBackends(List.of("CpuBackend"));
    private static final Nd4jBackends CUDA_BUILD = new Nd4jBackends(List.of("JCublasBackend"));
    private static final NvidiaGpu T4 = new NvidiaGpu(0, "GPU-aa", "Tesla T4", 7, 5);
    private static final NvidiaGpu H200 = new NvidiaGpu(1, "GPU-bb", "NVIDIA H200", 9, 0);

    private static Host host(
            int java, int cores, Set<String> flags, long memory, long heap, Map<String, String> openMp) {
        return new Host(
                "h",
                new Host.Jvm(java + ".0", java, true, "linux-x86_64"),
                new Host.Processors(cores, flags, 0.5, openMp),
                new Host.Memory(memory, heap),
                new Host.Computing("oneDNN", true, CPU_BUILD, new DriverStatus.NoDriver()),
                new Host.Temporary("/tmp", 50 * GIB));
    }

    private static final Host GOOD =
            host(17, 2, Set.of("avx2", "avx512f"), 24 * GIB, 6 * GIB, Map.of("OMP_WAIT_POLICY", "passive"));

    private static Finding finding(Host host, String subject) {
        return Diagnosis.of(host, DeviceType.CPU).stream()
                .filter(each -> each.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aGoodMachineHasNothingToChange() {
        assertThat(Diagnosis.of(GOOD, DeviceType.CPU)).allSatisfy(finding -> {
            assertThat(finding.verdict()).isEqualTo(Verdict.OK);
            assertThat(finding.advice()).isEmpty();
        });
    }

    @Test
    void whateverIsNotOkComesWithAdvice() {
        Host bad = new Host(
                "h",
                new Host.Jvm("11", 11, false, "linux-arm64"),
                new Host.Processors(1, Set.of(), 9, Map.of("OMP_NUM_THREADS", "64")),
                new Host.Memory(2 * GIB, 2 * GIB),
                new Host.Computing("UnsatisfiedLinkError", false, CPU_BUILD, new DriverStatus.Devices(List.of(H200))),
                new Host.Temporary("/full", -1));
        assertThat(Diagnosis.of(bad, DeviceType.CPU)).allSatisfy(finding -> {
            assertThat(finding.verdict()).isNotEqualTo(Verdict.OK);
            assertThat(finding.advice()).isNotEmpty();
        });
        assertThat(finding(bad, "Kernels").advice()).contains("-Djavacpp.platform=linux-arm64");
        assertThat(finding(bad, "OpenMP").advice()).contains("OMP_NUM_THREADS");
        assertThat(finding(bad, "GPU").advice()).contains("--device cudnn", "docs/gpu.md");
    }

    @Test
    void spinningThreadsAndCrampedNetworksAreNoted() {
        Host spinning = host(17, 2, Set.of("avx2"), 24 * GIB, 6 * GIB, Map.of());
        assertThat(finding(spinning, "OpenMP").verdict()).isEqualTo(Verdict.NOTE);
        Host cramped = host(17, 2, Set.of("avx2"), 24 * GIB, 20 * GIB, Map.of());
        assertThat(finding(cramped, "Memory").verdict()).isEqualTo(Verdict.NOTE);
    }

    private static Finding gpu(DeviceType asked, Nd4jBackends backends, DriverStatus driver) {
        Host host = new Host(
                "h",
                new Host.Jvm("17.0", 17, true, "linux-x86_64"),
                new Host.Processors(2, Set.of(), 0.5, Map.of()),
                new Host.Memory(24 * GIB, 6 * GIB),
                new Host.Computing("ND4J", true, backends, driver),
                new Host.Temporary("/tmp", 50 * GIB));
        return Diagnosis.of(host, asked).stream()
                .filter(each -> each.subject().equals("GPU"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void gpusThatAreAskedForMustBeThereAndHaveCode() {
        assertThat(gpu(DeviceType.CUDA, CUDA_BUILD, new DriverStatus.Devices(List.of(T4))))
                .isEqualTo(Finding.ok("GPU", "GPU 0, Tesla T4 (7.5)"));
        Finding some = gpu(DeviceType.CUDA, CUDA_BUILD, new DriverStatus.Devices(List.of(T4, H200)));
        assertThat(some.verdict()).isEqualTo(Verdict.NOTE);
        assertThat(some.advice()).contains("NVIDIA H200", "CUDA_VISIBLE_DEVICES");
        assertThat(List.of(
                        gpu(DeviceType.CUDA, CUDA_BUILD, new DriverStatus.Devices(List.of(H200))),
                        gpu(DeviceType.CUDA, CUDA_BUILD, new DriverStatus.Devices(List.of())),
                        gpu(DeviceType.CUDA, CUDA_BUILD, new DriverStatus.NoDriver()),
                        gpu(DeviceType.CUDA, CUDA_BUILD, new DriverStatus.Failure("version mismatch")),
                        gpu(DeviceType.CUDA, CPU_BUILD, new DriverStatus.Devices(List.of(T4))),
                        gpu(DeviceType.CPU, CUDA_BUILD, new DriverStatus.Devices(List.of(T4)))))
                .allSatisfy(finding -> assertThat(finding.verdict()).isEqualTo(Verdict.PROBLEM));
    }

    @Test
    void cudnnServesNewerGpusBesideTheCpusBackend() {
        assertThat(gpu(DeviceType.CUDNN, CPU_BUILD, new DriverStatus.Devices(List.of(T4, H200)))
                        .verdict())
                .isEqualTo(Verdict.OK);
        assertThat(gpu(DeviceType.CUDNN, CUDA_BUILD, new DriverStatus.Devices(List.of(H200)))
                        .verdict())
                .isEqualTo(Verdict.PROBLEM);
        Finding unused = gpu(DeviceType.CPU, CPU_BUILD, new DriverStatus.Devices(List.of(H200)));
        assertThat(unused.verdict()).isEqualTo(Verdict.NOTE);
        assertThat(unused.advice()).contains("--device cudnn");
    }

    @Test
    void thisProcessComputes() {
        Host here = Host.ofDriver(DeviceRequest.CPU);
        assertThat(here.computing().works()).as(here.computing().kernels()).isTrue();
        assertThat(here.jvm().opensModules()).isTrue();
        assertThat(here.jvm().feature()).isGreaterThanOrEqualTo(17);
        assertThat(here.processors().cores()).isPositive();
        assertThat(here.memory().bytes()).isGreaterThan(here.memory().heapBytes() / 2);
    }
}
