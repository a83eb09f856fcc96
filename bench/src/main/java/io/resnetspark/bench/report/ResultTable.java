package io.resnetspark.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A report as text for a terminal. */
public final class ResultTable {

    private static final String ROW = "%-21s %-6s %-21s %12s  %-21s %8s  %s";

    private ResultTable() {}

    public static String of(BenchmarkReport report) {
        List<String> lines = new ArrayList<>();
        lines.add("%s, %d cores, load %.1f at start"
                .formatted(
                        report.machine().cpu(),
                        report.machine().cores(),
                        report.machine().loadAverageAtStart()));
        report.systems().forEach((label, description) -> lines.add("%-21s %s".formatted(label, description)));
        lines.add("");
        lines.add(ROW.formatted("network", "mode", "system", "images/s", "[min, max]", "steps", "ours is")
                .stripTrailing());
        for (Result result : report.results()) {
            lines.add(row(result, report));
        }
        for (Exclusion exclusion : report.excluded()) {
            lines.add("%-21s %-6s %-21s %12s  %s"
                    .formatted(
                            exclusion.network(), exclusion.mode(), exclusion.system(), "left out", exclusion.reason()));
        }
        return String.join("\n", lines) + "\n";
    }

    private static String row(Result result, BenchmarkReport report) {
        String ratios = report.ratios().stream()
                .filter(candidate -> candidate.peer().equals(result.system())
                        && candidate.network().equals(result.network())
                        && candidate.mode().equals(result.mode()))
                .map(candidate -> "%s x as fast (%s)".formatted(number(candidate.ratio()), candidate.system()))
                .collect(Collectors.joining(", "));
        return ROW.formatted(
                        result.network() + " b" + result.batchSize(),
                        result.mode(),
                        result.system(),
                        number(result.imagesPerSecondMedian()),
                        "[%s, %s]".formatted(number(result.imagesPerSecondMin()), number(result.imagesPerSecondMax())),
                        result.repetitions() + " x " + result.stepsPerRepetition(),
                        ratios)
                .stripTrailing();
    }

    /** Three significant digits or so. */
    private static String number(double value) {
        int digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
