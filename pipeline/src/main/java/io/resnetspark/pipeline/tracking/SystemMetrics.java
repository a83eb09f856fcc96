package io.resnetspark.pipeline.tracking;

import com.sun.management.OperatingSystemMXBean;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * MLflow's system metrics of the machine that the driver runs on: processor, memory, disk, network, GPUs, under MLflow's names,
 * in its units and as often as its own monitor samples them. Steps count the samples.
 */
final class SystemMetrics implements AutoCloseable {

    private static final long EVERY_SECONDS = 10;
    private static final double MEGABYTE = 1e6;
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final Path NETWORK = Path.of("/proc/net/dev");

    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final Queue<MlflowRun.Measurement> samples = new ConcurrentLinkedQueue<>();
    private final GpuMetrics gpus = new GpuMetrics();
    private final Traffic before = Traffic.now();
    private final ScheduledExecutorService timer;
    private long step;

    /** Begins to sample. */
    SystemMetrics() {
        system.getCpuLoad(); // the first call has no time before it to look back on
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "mlflow-system-metrics");
            thread.setDaemon(true);
            return thread;
        });
        Future<?> unused = timer.scheduleAtFixedRate(this::sample, 1, EVERY_SECONDS, TimeUnit.SECONDS);
    }

    /** What was sampled since the last call. */
    List<MlflowRun.Measurement> take() {
        List<MlflowRun.Measurement> taken = new ArrayList<>();
        for (MlflowRun.Measurement next = samples.poll(); next != null; next = samples.poll()) {
            taken.add(next);
        }
        return taken;
    }

    private synchronized void sample() {
        long now = System.currentTimeMillis();
        measure().forEach((name, value) -> samples.add(new MlflowRun.Measurement("system/" + name, value, step, now)));
        step++;
    }

    private Map<String, Double> measure() {
        Map<String, Double> values = new LinkedHashMap<>();
        double load = system.getCpuLoad();
        if (load >= 0) { // else there was no time to measure it over
            values.put("cpu_utilization_percentage", 100 * load);
        }
        double total = system.getTotalMemorySize();
        double used = total - available();
        values.put("system_memory_usage_megabytes", used / MEGABYTE);
        values.put("system_memory_usage_percentage", 100 * used / total);
        File disk = new File("/");
        double size = disk.getTotalSpace();
        double free = disk.getUsableSpace();
        values.put("disk_usage_percentage", 100 * (size - free) / size);
        values.put("disk_usage_megabytes", (size - free) / MEGABYTE);
        values.put("disk_available_megabytes", free / MEGABYTE);
        Traffic traffic = Traffic.now();
        values.put("network_receive_megabytes", (traffic.received - before.received) / MEGABYTE);
        values.put("network_transmit_megabytes", (traffic.sent - before.sent) / MEGABYTE);
        values.putAll(gpus.measure());
        return values;
    }

    /** Bytes that programs can have, caches given back; Java's own number of free bytes counts caches as used. */
    private double available() {
        return lines(MEMORY).stream()
                .filter(line -> line.startsWith("MemAvailable:"))
                .map(line -> 1024 * Double.parseDouble(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse((double) system.getFreeMemorySize());
    }

    /** Bytes through all network interfaces since the machine started; none where the system does not say it. */
    private record Traffic(double received, double sent) {

        private static final int RECEIVED = 0;
        private static final int SENT = 8;

        static Traffic now() {
            double received = 0;
            double sent = 0;
            for (String line : lines(NETWORK)) {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    String[] counters = line.substring(colon + 1).strip().split("\\s+");
                    received += Double.parseDouble(counters[RECEIVED]);
                    sent += Double.parseDouble(counters[SENT]);
                }
            }
            return new Traffic(received, sent);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of(); // not Linux
        }
    }

    /** Samples once more, so that short work has a sample too. */
    @Override
    public void close() {
        timer.shutdownNow();
        sample();
    }
}
