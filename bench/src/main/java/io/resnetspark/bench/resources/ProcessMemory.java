package io.resnetspark.bench.resources;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Memory of this process as Linux counts it, in bytes.
 *
 * @param resident now
 * @param peakResident the most so far
 */
record ProcessMemory(long resident, long peakResident) {

    private static final Path STATUS = Path.of("/proc/self/status");

    static ProcessMemory now() {
        try {
            return parse(Files.readAllLines(STATUS));
        } catch (IOException e) {
            throw new UncheckedIOException("Memory is measured on Linux only: cannot read " + STATUS, e);
        }
    }

    static ProcessMemory parse(List<String> status) {
        return new ProcessMemory(bytes(status, "VmRSS:"), bytes(status, "VmHWM:"));
    }

    private static long bytes(List<String> status, String field) {
        return status.stream()
                .filter(line -> line.startsWith(field))
                .map(line -> line.substring(field.length()).replace("kB", "").strip())
                .mapToLong(kibibytes -> 1024 * Long.parseLong(kibibytes))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("%s has no %s".formatted(STATUS, field)));
    }
}
