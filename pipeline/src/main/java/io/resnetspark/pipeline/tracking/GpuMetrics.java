package io.resnetspark.pipeline.tracking;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** NVIDIA's GPUs of this machine under MLflow's names, as {@code nvidia-smi} tells of them; nothing where there is none. */
final class GpuMetrics {

    private static final List<String> COMMAND = List.of(
            "nvidia-smi",
            "--query-gpu=index,utilization.gpu,memory.used,memory.total,power.draw",
            "--format=csv,noheader,nounits");
    private static final long PATIENCE_SECONDS = 5;

    /** What MLflow calls megabytes is 10^6 bytes; nvidia-smi counts in 2^20. */
    private static final double MEGABYTES_PER_MIB = 1.048576;

    private boolean there = true;

    /** Measures now. After a first failure it is not tried again. */
    Map<String, Double> measure() {
        if (!there) {
            return Map.of();
        }
        Map<String, Double> values = new LinkedHashMap<>();
        try {
            Process process = new ProcessBuilder(COMMAND)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            there = ended && process.exitValue() == 0;
            if (there) {
                values = parse(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            there = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return values;
    }

    /** @param csv a line for each GPU; what one does not measure is {@code [N/A]} */
    static Map<String, Double> parse(String csv) {
        Map<String, Double> values = new LinkedHashMap<>();
        csv.lines()
                .map(line -> line.split(",\\s*"))
                .filter(cells -> cells.length == 5)
                .forEach(cells -> {
                    String gpu = "gpu_%s_".formatted(cells[0].strip());
                    double used = number(cells[2]);
                    values.put(gpu + "utilization_percentage", number(cells[1]));
                    values.put(gpu + "memory_usage_megabytes", used * MEGABYTES_PER_MIB);
                    values.put(gpu + "memory_usage_percentage", 100 * used / number(cells[3]));
                    values.put(gpu + "power_usage_watts", number(cells[4]));
                });
        values.values().removeIf(value -> !Double.isFinite(value));
        return values;
    }

    private static double number(String cell) {
        try {
            return Double.parseDouble(cell.strip());
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
