package io.resnetspark.jobs.command.registry;

import io.resnetspark.pipeline.registry.Lineage;
import io.resnetspark.pipeline.registry.RegisteredVersion;
import io.resnetspark.pipeline.registry.RegistryState;
import io.resnetspark.pipeline.registry.Signature;
import io.resnetspark.pipeline.registry.VersionDocument;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.stream.Collectors;

/** The registry in words, at most {@value #WIDTH} columns wide where names allow it. */
public final class RegistryText {

    static final int WIDTH = 100;

    private static final int LABEL_WIDTH = 17;
    private static final List<String> MAIN_METRICS = List.of("test_top1", "test_loss", "val_top1", "val_loss");

    private RegistryText() {}

    /** A version for machines. */
    record Description(
            String model,
            int version,
            SortedSet<String> aliases,
            String addedAt,
            String path,
            VersionDocument document) {}

    static Description describe(RegisteredVersion version) {
        return new Description(
                version.model(),
                version.version(),
                version.aliases(),
                version.addedAt(),
                version.path(),
                version.document());
    }

    static String json(Object value) {
        return JsonDocument.text(value).stripTrailing();
    }

    static String orDash(Optional<Integer> version) {
        return version.map(Object::toString).orElse("-");
    }

    /** {@code 2026-11-23 22:10} of an ISO 8601 instant. */
    static String minute(String instant) {
        return instant.substring(0, Math.min(16, instant.length())).replace('T', ' ');
    }

    static String otherAliases(RegistryState state) {
        String others = state.aliases().entrySet().stream()
                .filter(alias -> !alias.getKey().equals(RegistryState.CHAMPION)
                        && !alias.getKey().equals(RegistryState.PREVIOUS))
                .map(alias -> alias.getKey() + "=" + alias.getValue())
                .collect(Collectors.joining(" "));
        return others.isEmpty() ? "-" : others;
    }

    /** The few that tell versions apart; all are shown by {@code show}. */
    static String mainMetrics(SortedMap<String, Double> metrics) {
        List<String> some =
                MAIN_METRICS.stream().filter(metrics::containsKey).limit(2).toList();
        return metrics.isEmpty() ? "-" : metrics(metrics, some.isEmpty() ? List.of(metrics.firstKey()) : some);
    }

    private static String metrics(Map<String, Double> metrics, Iterable<String> names) {
        List<String> words = new ArrayList<>();
        names.forEach(name -> words.add("%s %s".formatted(name, number(metrics.get(name)))));
        return String.join(", ", words);
    }

    static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    /** All about a version, a line or a few for each fact. */
    static String page(RegisteredVersion version) {
        VersionDocument document = version.document();
        Lineage lineage = document.lineage();
        List<String> lines = new ArrayList<>();
        lines.add("%s@%d%s"
                .formatted(
                        version.model(),
                        version.version(),
                        version.aliases().isEmpty() ? "" : " (" + String.join(", ", version.aliases()) + ")"));
        fact(lines, "added", minute(version.addedAt()) + " UTC");
        fact(
                lines,
                "network",
                "%s, %d classes"
                        .formatted(
                                document.model().spec().architecture(),
                                document.model().spec().classes()));
        fact(lines, "input", tensor(document.signature().input()));
        fact(lines, "output", tensor(document.signature().output()));
        fact(
                lines,
                "preprocessing",
                "shorter side %s px, centre crop %d px, mean %s, std %s"
                        .formatted(
                                document.model().preprocessing().resizeShorterSide(),
                                document.model().preprocessing().inputSize(),
                                document.model().preprocessing().mean(),
                                document.model().preprocessing().std()));
        fact(lines, "classes", String.join(", ", document.model().labels()));
        fact(lines, "metrics", metrics(document.metrics(), document.metrics().keySet()));
        lineage.run()
                .ifPresentOrElse(
                        run -> {
                            fact(lines, "run", run.path());
                            fact(lines, "checkpoint", "%s of run %s".formatted(run.checkpoint(), run.id()));
                        },
                        () -> fact(lines, "source", lineage.source()));
        lineage.dataset().ifPresent(data -> {
            fact(lines, "dataset", data.path());
            fact(
                    lines,
                    "dataset version",
                    String.format(
                            Locale.ROOT,
                            "%d of %s, %,d training images",
                            data.version(),
                            data.id(),
                            data.trainExamples()));
        });
        lineage.startedFrom().ifPresent(from -> fact(lines, "started from", from));
        fact(lines, "software", pairs(lineage.software()));
        fact(lines, "environment", pairs(lineage.environment()));
        fact(lines, "files", version.path());
        fact(lines, "attachments", String.join(", ", document.attachments()));
        return String.join(System.lineSeparator(), lines);
    }

    private static String tensor(Signature.TensorSpec tensor) {
        List<String> axes = new ArrayList<>();
        for (int axis = 0; axis < tensor.shape().size(); axis++) {
            int length = tensor.shape().get(axis);
            axes.add(length < 0 ? tensor.axes().get(axis) : Integer.toString(length));
        }
        return "%s [%s] %s".formatted(tensor.name(), String.join(", ", axes), tensor.dtype());
    }

    private static String pairs(Map<String, String> words) {
        return words.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    /** Wrapped at spaces below its label; nothing if there is nothing to say. */
    private static void fact(List<String> lines, String label, String text) {
        if (text.isEmpty()) {
            return;
        }
        StringBuilder line = new StringBuilder("  " + label + " ".repeat(LABEL_WIDTH - label.length()));
        boolean empty = true;
        for (String word : text.split(" ")) {
            if (!empty && line.length() + 1 + word.length() > WIDTH) {
                lines.add(line.toString());
                line = new StringBuilder(" ".repeat(LABEL_WIDTH + 2));
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        lines.add(line.toString());
    }
}
