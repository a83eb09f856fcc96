package io.resnetspark.jobs.doctor;

import com.sun.management.OperatingSystemMXBean;
import io.resnetspark.model.error.ResNetSparkException;
import io.resnetspark.model.gpu.DriverStatus;
import io.resnetspark.model.gpu.Nd4jBackends;
import io.resnetspark.model.kernel.Kernels;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads what a {@link Host} says from the JVM, the system's files, and a small computation. */
final class HostInspection {

    private HostInspection() {}

    /**
     * Looks at the JVM this is called in.
     *
     * @param device ties the calling thread to what it is to compute on
     */
    static Host look(Runnable device) {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        String kernels;
        boolean computes;
        try {
            device.run();
            Kernels chosen = Kernels.ofThisProcess();
            kernels = "%s, trains in %s unless told otherwise"
                    .formatted(chosen.description(), chosen.defaultPrecision().label());
            computes = chosen.computes();
        } catch (RuntimeException | LinkageError e) {
            kernels = e instanceof ResNetSparkException
                    ? e.getMessage()
                    : rootOf(e).toString();
            computes = false;
        }
        return new Host(
                hostName(),
                new Host.Jvm(
                        Runtime.version().toString(),
                        Runtime.version().feature(),
                        Object.class.getModule().isOpen("sun.nio.ch", Host.class.getModule()),
                        thisPlatform()),
                new Host.Processors(
                        Runtime.getRuntime().availableProcessors(),
                        readCpuFlags(),
                        system.getSystemLoadAverage(),
                        openMpVariables()),
                new Host.Memory(
                        system.getTotalMemorySize(), Runtime.getRuntime().maxMemory()),
                new Host.Computing(kernels, computes, Nd4jBackends.onTheClassPath(), DriverStatus.ofThisMachine()),
                new Host.Temporary(temporary.toString(), freeBytes(temporary)));
    }

    private static Throwable rootOf(Throwable thrown) {
        return thrown.getCause() == null ? thrown : rootOf(thrown.getCause());
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** As JavaCPP spells it. */
    private static String thisPlatform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch");
        return "%s-%s"
                .formatted(
                        system.startsWith("mac") ? "macosx" : system.startsWith("windows") ? "windows" : system,
                        switch (processor) {
                            case "amd64" -> "x86_64";
                            case "aarch64" -> "arm64";
                            default -> processor;
                        });
    }

    private static Set<String> readCpuFlags() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line -> new TreeSet<>(List.of(
                            line.substring(line.indexOf(':') + 1).strip().split(" "))))
                    .orElseGet(TreeSet::new);
        } catch (IOException e) {
            return new TreeSet<>();
        }
    }

    private static Map<String, String> openMpVariables() {
        Map<String, String> variables = new TreeMap<>();
        System.getenv().forEach((name, value) -> {
            if (name.startsWith("OMP_")) {
                variables.put(name, value);
            }
        });
        return variables;
    }

    private static long freeBytes(Path directory) {
        try {
            Path probe = Files.createTempFile(directory, "resnet-doctor-", ".tmp");
            Files.delete(probe);
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            return -1;
        }
    }
}
