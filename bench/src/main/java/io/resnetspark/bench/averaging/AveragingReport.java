package io.resnetspark.bench.averaging;

import io.resnetspark.bench.report.Machine;
import io.resnetspark.bench.spark.Speed;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Everything a run found; its JSON has these names in snake case.
 *
 * @param startedAt ISO 8601, UTC
 * @param model fitted to the rounds; null without enough of them
 * @param leftOut what was asked for and has no number, with the reason
 */
public record AveragingReport(
        String startedAt,
        double seconds,
        Machine machine,
        List<Speed> throughput,
        List<RoundCost> rounds,
        CostModel model,
        double networkGbitPerSecond,
        List<CostModel.Prediction> predictions,
        List<String> leftOut) {

    String toTable() {
        List<String> lines = new ArrayList<>();
        lines.add(
                text("%s, %d cores, load %.1f at start", machine.cpu(), machine.cores(), machine.loadAverageAtStart()));
        if (!throughput.isEmpty()) {
            lines.add("");
            lines.add("| network, batch | system | images/s | [min, max] | of one process |");
            lines.add("|---|---|---|---|---|");
            throughput.forEach(speed -> lines.add(speed.toRow()));
        }
        if (!rounds.isEmpty()) {
            lines.add("");
            lines.add("| parameters | workers | round s | train | install | cut | reduce | driver | shuffled MB"
                    + " | driver in MB | driver out MB |");
            lines.add("|---|---|---|---|---|---|---|---|---|---|---|");
            rounds.forEach(cost -> lines.add(text(
                    "| %.2f M | %d | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.1f | %.1f | %.1f |",
                    cost.parameters() / 1e6,
                    cost.workers(),
                    cost.seconds(),
                    cost.trainSeconds(),
                    cost.installSeconds(),
                    cost.cutSeconds(),
                    cost.reduceSeconds(),
                    cost.driverSeconds(),
                    cost.shuffleBytes() / 1e6,
                    cost.driverInBytes() / 1e6,
                    cost.driverOutBytes() / 1e6)));
        }
        Optional.ofNullable(model).ifPresent(fitted -> {
            lines.add("");
            lines.add("| phase | coefficients | median error | largest |");
            lines.add("|---|---|---|---|");
            lines.add(row("install", fitted.install()));
            lines.add(row("cut", fitted.cut()));
            lines.add(row("reduce", fitted.reduce()));
            lines.add(row("driver", fitted.driver()));
        });
        if (!predictions.isEmpty()) {
            lines.add("");
            lines.add(text("Predicted, every worker on a machine of its own, %.0f Gbit/s:", networkGbitPerSecond));
            lines.add("| workers | state MB | train s | install | cut | reduce | driver | training is |");
            lines.add("|---|---|---|---|---|---|---|---|");
            predictions.forEach(predicted -> lines.add(text(
                    "| %,d | %.0f | %.1f | %.2f | %.2f | %.2f | %.2f | %.0f %% |",
                    predicted.workers(),
                    predicted.stateBytes() / 1e6,
                    predicted.trainSeconds(),
                    predicted.installSeconds(),
                    predicted.cutSeconds(),
                    predicted.reduceSeconds(),
                    predicted.driverSeconds(),
                    100 * predicted.efficiency())));
        }
        leftOut.forEach(reason -> lines.add("left out: " + reason));
        return String.join("\n", lines) + "\n";
    }

    private static String row(String phase, LinearFit fit) {
        List<String> terms = new ArrayList<>();
        for (int i = 0; i < fit.features().size(); i++) {
            terms.add(text("%.4f %s", fit.coefficients().get(i), fit.features().get(i)));
        }
        return text(
                "| %s | %s | %.0f %% | %.0f %% |",
                phase, String.join(" + ", terms), 100 * fit.medianError(), 100 * fit.largestError());
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
