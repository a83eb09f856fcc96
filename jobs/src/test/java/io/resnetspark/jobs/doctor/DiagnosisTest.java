package io.resnetspark.jobs.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.jobs.doctor.Finding.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DiagnosisTest {

    private static final long GIB = 1L << 30;

    private static Host host(
            int java, int cores, Set<String> flags, long memory, long heap, Map<String, String> openMp) {
        return new Host(
                "h",
                java + ".0",
                java,
                true,
                "linux-x86_64",
                cores,
                flags,
                memory,
                heap,
                0.5,
                openMp,
                "oneDNN",
                true,
                List.of(),
                "/tmp",
                50 * GIB);
    }

    private static final Host GOOD =
            host(17, 2, Set.of("avx2", "avx512f"), 24 * GIB, 6 * GIB, Map.of("OMP_WAIT_POLICY", "passive"));

    private static Finding finding(Host host, String subject) {
        return Diagnosis.of(host).stream()
                .filter(each -> each.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aGoodMachineHasNothingToChange() {
        assertThat(Diagnosis.of(GOOD)).allSatisfy(finding -> {
            assertThat(finding.verdict()).isEqualTo(Verdict.OK);
            assertThat(finding.advice()).isEmpty();
        });
    }

    @Test
    void whateverIsNotOkComesWithAdvice() {
        Host bad = new Host(
                "h",
                "11",
                11,
                false,
                "linux-arm64",
                1,
                Set.of(),
                2 * GIB,
                2 * GIB,
                9,
                Map.of("OMP_NUM_THREADS", "64"),
                "UnsatisfiedLinkError",
                false,
                List.of("NVIDIA H200, 9.0"),
                "/full",
                -1);
        assertThat(Diagnosis.of(bad)).allSatisfy(finding -> {
            assertThat(finding.verdict()).isNotEqualTo(Verdict.OK);
            assertThat(finding.advice()).isNotEmpty();
        });
        assertThat(finding(bad, "Kernels").advice()).contains("-Djavacpp.platform=linux-arm64");
        assertThat(finding(bad, "OpenMP").advice()).contains("OMP_NUM_THREADS");
        assertThat(finding(bad, "GPU").advice())
                .contains("computes on the CPU", "NVIDIA H200 has compute capability 9.0");
    }

    @Test
    void spinningThreadsAndCrampedNetworksAreNoted() {
        Host spinning = host(17, 2, Set.of("avx2"), 24 * GIB, 6 * GIB, Map.of());
        assertThat(finding(spinning, "OpenMP").verdict()).isEqualTo(Verdict.NOTE);
        Host cramped = host(17, 2, Set.of("avx2"), 24 * GIB, 20 * GIB, Map.of());
        assertThat(finding(cramped, "Memory").verdict()).isEqualTo(Verdict.NOTE);
    }

    @Test
    void thisProcessComputes() {
        Host here = Host.ofThisProcess();
        assertThat(here.computes()).as(here.kernels()).isTrue();
        assertThat(here.opensModules()).isTrue();
        assertThat(here.javaFeature()).isGreaterThanOrEqualTo(17);
        assertThat(here.cores()).isPositive();
        assertThat(here.memoryBytes()).isGreaterThan(here.heapBytes() / 2);
    }
}
