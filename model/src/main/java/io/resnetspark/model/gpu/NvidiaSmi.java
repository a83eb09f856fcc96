package io.resnetspark.model.gpu;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The driver's own tool: it answers where CUDA itself cannot be opened, and opens nothing.
 *
 * @param program its path, or its name to be looked up
 */
record NvidiaSmi(String program) {

    private static final int TIMEOUT_SECONDS = 30; // a driver without persistence mode initialises devices first
    private static final Pattern LINE = Pattern.compile("(\\d{1,5}), *([^, ]+), *(.*), *([^,]+)");
    private static final Pattern CAPABILITY = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})");

    DriverStatus query() {
        try {
            Process query = new ProcessBuilder(
                            program, "--query-gpu=index,uuid,name,compute_cap", "--format=csv,noheader")
                    .redirectErrorStream(true)
                    .start();
            if (!query.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                query.destroyForcibly();
                return new DriverStatus.Failure("nothing for %d seconds".formatted(TIMEOUT_SECONDS));
            }
            // A few lines, which the pipe holds until they are read.
            try (var reader = query.inputReader()) {
                List<String> lines = reader.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .toList();
                return read(lines, query.exitValue() == 0);
            }
        } catch (IOException e) {
            return new DriverStatus.NoDriver();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new DriverStatus.Failure("interrupted while asking");
        }
    }

    /**
     * @param lines all that the tool printed
     * @param success whether it ended well
     */
    static DriverStatus read(List<String> lines, boolean success) {
        if (lines.contains("No devices were found")) {
            return new DriverStatus.Devices(List.of());
        }
        if (!success) {
            return new DriverStatus.Failure(lines.isEmpty() ? "nothing" : lines.get(0));
        }
        List<NvidiaGpu> devices = new ArrayList<>();
        for (String line : lines) {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                return new DriverStatus.Failure(line);
            }
            Matcher capability = CAPABILITY.matcher(matcher.group(4));
            boolean known = capability.matches();
            devices.add(new NvidiaGpu(
                    Integer.parseInt(matcher.group(1)),
                    matcher.group(2),
                    matcher.group(3),
                    known ? Integer.parseInt(capability.group(1)) : -1,
                    known ? Integer.parseInt(capability.group(2)) : 0));
        }
        return new DriverStatus.Devices(devices);
    }
}
