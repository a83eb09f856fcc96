package io.resnetspark.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where the numbers come from.
 *
 * @param cpu name of the processor
 * @param cores available to this process
 * @param memoryGib of the machine or container
 * @param os name and version
 * @param java vendor and version
 * @param loadAverageAtStart of the last minute; above 0 other programs computed too. Negative where it is unknown
 */
public record Machine(String cpu, int cores, double memoryGib, String os, String java, double loadAverageAtStart) {

    public static Machine ofThisProcess() {
        var bean = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Machine(
                cpuName(),
                Runtime.getRuntime().availableProcessors(),
                Math.round(bean.getTotalMemorySize() / 107374182.4) / 10.0,
                bean.getName() + " " + bean.getVersion() + " " + bean.getArch(),
                System.getProperty("java.vendor") + " " + Runtime.version(),
                bean.getSystemLoadAverage());
    }

    private static String cpuName() {
        Path information = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(information)) {
            return System.getProperty("os.arch");
        }
        try (Stream<String> lines = Files.lines(information)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + information, e);
        }
    }
}
