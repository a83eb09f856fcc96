package io.resnetspark.bench.process;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;

/** What is the same for every system's JVM: threads, how they wait, memory. */
final class ProcessEnvironment {

    private ProcessEnvironment() {}

    /** Environment variables, read by OpenMP, MKL and OpenBLAS when they load. */
    static Map<String, String> of(int threads) {
        String count = String.valueOf(threads);
        return Map.of(
                "OMP_NUM_THREADS", count,
                "MKL_NUM_THREADS", count,
                "OPENBLAS_NUM_THREADS", count,
                // Spinning threads of a system that waits for its turn would slow down the one that is measured.
                "OMP_WAIT_POLICY", "passive");
    }

    static List<String> jvmOptions() {
        long memoryMib = memoryMib();
        return List.of(
                "-Xmx%dm".formatted(Math.max(1024, Math.min(3072, memoryMib / 8))),
                // JavaCPP would allow natives as much as the heap; networks live there.
                "-Dorg.bytedeco.javacpp.maxbytes=%dm".formatted(memoryMib / 2),
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=%dm".formatted(memoryMib * 9 / 10),
                "-Djava.awt.headless=true");
    }

    private static long memoryMib() {
        var bean = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return bean.getTotalMemorySize() >> 20;
    }
}
