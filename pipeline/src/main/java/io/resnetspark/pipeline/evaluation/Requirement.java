package io.resnetspark.pipeline.evaluation;

import io.resnetspark.model.error.ConfigurationException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What a model must reach: a metric of the report, the larger the better, and its least value.
 *
 * @param minimum 0..1
 */
public record Requirement(Metric metric, double minimum) {

    /** The metrics that can be required, by the names of {@code report.json}. */
    public enum Metric {
        TOP1(report -> report.scores().top1()),
        TOP5(report -> report.scores().top5()),
        MACRO_RECALL(report -> report.classes().averages().macro().recall()),
        MACRO_F1(report -> report.classes().averages().macro().f1()),
        MACRO_ROC_AUC(report -> report.classes().averages().macro().rocAuc());

        private final ToDoubleFunction<EvaluationReport> value;

        Metric(ToDoubleFunction<EvaluationReport> value) {
            this.value = value;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Reads {@code metric=minimum}, for example {@code top1=0.9}.
     *
     * @throws ConfigurationException if it is not of this form
     */
    public static Requirement parse(String text) {
        String[] parts = text.split("=", -1);
        if (parts.length == 2) {
            Optional<Metric> metric = Arrays.stream(Metric.values())
                    .filter(known -> known.toString().equals(parts[0].strip()))
                    .findFirst();
            Optional<Double> minimum = share(parts[1].strip());
            if (metric.isPresent() && minimum.isPresent()) {
                return new Requirement(metric.get(), minimum.get());
            }
        }
        throw new ConfigurationException(
                "fail-under takes METRIC=MINIMUM with a metric of %s and a minimum from 0 to 1, not \"%s\""
                        .formatted(
                                Arrays.stream(Metric.values())
                                        .map(Metric::toString)
                                        .collect(Collectors.joining(", ")),
                                text));
    }

    /** What is missing, in words, or nothing if the report meets the requirement. */
    public Optional<String> shortfall(EvaluationReport report) {
        double actual = metric.value.applyAsDouble(report);
        // An undefined metric does not meet anything.
        return actual >= minimum
                ? Optional.empty()
                : Optional.of("%s is %.4f, required is at least %s".formatted(metric, actual, minimum));
    }

    private static Optional<Double> share(String text) {
        try {
            double value = Double.parseDouble(text);
            return value >= 0 && value <= 1 ? Optional.of(value) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
