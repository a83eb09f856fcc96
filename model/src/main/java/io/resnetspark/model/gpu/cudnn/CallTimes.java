package io.resnetspark.model.gpu.cudnn;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** How long calls of each name took, of a device that waits for every call. */
final class CallTimes {

    private record Total(long nanos, long calls) {

        Total plus(Total other) {
            return new Total(nanos + other.nanos, calls + other.calls);
        }
    }

    private final Map<String, Total> totals = new HashMap<>();

    synchronized void add(String call, long nanos) {
        totals.merge(call, new Total(nanos, 1), Total::plus);
    }

    /** A line for each name, the longest first. */
    synchronized String table() {
        long all = Math.max(1, totals.values().stream().mapToLong(Total::nanos).sum());
        StringBuilder lines = new StringBuilder();
        totals.entrySet().stream()
                .sorted(Comparator.comparing(entry -> -entry.getValue().nanos()))
                .forEach(entry -> lines.append("%5.1f %%  %10.1f ms  %8d calls  %s%n"
                        .formatted(
                                100.0 * entry.getValue().nanos() / all,
                                entry.getValue().nanos() / 1e6,
                                entry.getValue().calls(),
                                entry.getKey())));
        return lines.toString();
    }
}
