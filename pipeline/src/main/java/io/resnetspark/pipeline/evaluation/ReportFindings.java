package io.resnetspark.pipeline.evaluation;

import io.resnetspark.model.metrics.ClassScores;
import io.resnetspark.model.metrics.ClassificationMetrics;
import io.resnetspark.model.metrics.PairedOutcomes;
import io.resnetspark.pipeline.evaluation.EvaluationReport.ClassChange;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Comparison;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Findings;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Flip;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Mistake;
import io.resnetspark.pipeline.evaluation.EvaluationReport.SuspectLabel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/** Gathers what a model's report shows beside its numbers: mistakes, suspect labels, slices, comparisons. */
final class ReportFindings {

    /** Confusions whose images are collected. */
    private static final int FREQUENT_CONFUSIONS = 60;

    private static final int CLASS_CHANGES = 200;

    private final ExampleSearch examples;
    private final List<String> labels;
    private final SplitMetrics metrics;
    private final EvaluateConfig config;

    ReportFindings(ExampleSearch examples, List<String> labels, SplitMetrics metrics, EvaluateConfig config) {
        this.examples = examples;
        this.labels = labels;
        this.metrics = metrics;
        this.config = config;
    }

    /**
     * @param flips most differing examples per comparison
     * @return to be asked when the search has run
     */
    Supplier<Findings> of(int model, List<ModelUnderTest> models, int flips) {
        ClassificationMetrics own = metrics.model(model);
        Supplier<List<Mistake>> mistakes = examples.mistakes(
                model,
                config.shown().mistakes(),
                config.shown().imagesPerConfusion(),
                own.confusion().worst(FREQUENT_CONFUSIONS));
        Supplier<List<SuspectLabel>> suspects =
                examples.suspectLabels(model, config.shown().suspectLabels(), own.selfConfidence());
        List<Supplier<Comparison>> comparisons = new ArrayList<>();
        for (int other = 0; other < models.size(); other++) {
            if (other != model) {
                comparisons.add(comparison(model, other, models.get(other), flips));
            }
        }
        return () -> new Findings(
                metrics.slices(model),
                mistakes.get(),
                suspects.get(),
                comparisons.stream().map(Supplier::get).toList());
    }

    private Supplier<Comparison> comparison(int first, int second, ModelUnderTest secondModel, int flips) {
        PairedOutcomes outcomes = metrics.pair(first, second);
        ClassificationMetrics other = metrics.model(second);
        Supplier<List<Flip>> flipped = examples.flips(first, second, flips);
        return () -> new Comparison(
                secondModel.modelId(),
                ReportAssembly.scores(other),
                EvaluationReportPairedDifferenceBuilder.builder()
                        .difference(outcomes.difference())
                        .differenceCi95(outcomes.bootstrapInterval(
                                config.analysis().bootstrapResamples(),
                                config.analysis().seed()))
                        .onlyFirst(outcomes.onlyFirst())
                        .onlySecond(outcomes.onlySecond())
                        .mcnemarExactP(outcomes.exactPValue())
                        .mcnemarChiSquared(outcomes.chiSquared())
                        .mcnemarChiSquaredP(outcomes.chiSquaredPValue())
                        .build(),
                classChanges(metrics.model(first), other),
                flipped.get());
    }

    private List<ClassChange> classChanges(ClassificationMetrics first, ClassificationMetrics second) {
        List<ClassScores> before = first.confusion().perClass();
        List<ClassScores> after = second.confusion().perClass();
        List<ClassChange> changes = new ArrayList<>();
        for (int k = 0; k < labels.size(); k++) {
            changes.add(new ClassChange(
                    labels.get(k),
                    before.get(k).support(),
                    before.get(k).recall(),
                    after.get(k).recall(),
                    before.get(k).f1(),
                    after.get(k).f1()));
        }
        changes.sort(Comparator.comparingDouble(ReportFindings::size).reversed());
        return changes.stream().limit(CLASS_CHANGES).toList();
    }

    private static double size(ClassChange change) {
        double size = Math.abs(change.f1Second() - change.f1First());
        return Double.isNaN(size) ? -1 : size;
    }
}
