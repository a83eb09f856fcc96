package io.resnetspark.bench.spark;

import java.util.List;
import java.util.Locale;
import org.apache.commons.math3.stat.StatUtils;

/**
 * Images per second of one contender.
 *
 * @param share of what the first contender reaches, in the same run
 * @param repetitions in the order of time
 */
public record Speed(
        String network,
        int batchSize,
        String system,
        double median,
        double min,
        double max,
        double share,
        List<Double> repetitions) {

    public static Speed of(String network, int batchSize, String system, List<Double> repetitions, double first) {
        List<Double> sorted = repetitions.stream().sorted().toList();
        double median = median(sorted);
        return new Speed(
                network,
                batchSize,
                system,
                median,
                sorted.get(0),
                sorted.get(sorted.size() - 1),
                median / first,
                List.copyOf(repetitions));
    }

    /** As a line of a Markdown table: network and batch, system, median, [min, max], share. */
    public String toRow() {
        return String.format(
                Locale.ROOT,
                "| %s b%d | %s | %.1f | [%.1f, %.1f] | %.0f %% |",
                network,
                batchSize,
                system,
                median,
                min,
                max,
                100 * share);
    }

    public static double median(List<Double> values) {
        return StatUtils.percentile(values.stream().mapToDouble(d -> d).toArray(), 50);
    }
}
