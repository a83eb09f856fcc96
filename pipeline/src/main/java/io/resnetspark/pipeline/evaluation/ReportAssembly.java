package io.resnetspark.pipeline.evaluation;

import io.resnetspark.model.metrics.Accuracy;
import io.resnetspark.model.metrics.AverageInterval;
import io.resnetspark.model.metrics.ClassScores;
import io.resnetspark.model.metrics.ClassificationMetrics;
import io.resnetspark.model.metrics.ClassificationMetrics.Areas;
import io.resnetspark.model.metrics.ConfusionMatrix;
import io.resnetspark.model.metrics.Interval;
import io.resnetspark.model.metrics.RankCurve;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Averages;
import io.resnetspark.pipeline.evaluation.EvaluationReport.CalibrationResult;
import io.resnetspark.pipeline.evaluation.EvaluationReport.ClassRow;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Classes;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Confusion;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Curve;
import io.resnetspark.pipeline.evaluation.EvaluationReport.DatasetId;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Effort;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Findings;
import io.resnetspark.pipeline.evaluation.EvaluationReport.ModelId;
import io.resnetspark.pipeline.evaluation.EvaluationReport.PrecisionRecall;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Scores;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Worker;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Puts a report together from what the passes over the data counted and found. */
final class ReportAssembly {

    private static final int CONFUSIONS = 500;
    /** Curves of single classes beside the pooled one. */
    private static final int CLASS_CURVES = 20;

    private static final int CURVE_POINTS = 80;

    /** What was judged. */
    record Subject(ModelId model, DatasetId dataset, List<String> labels) {}

    /**
     * @param classifySeconds wall time of the classifying pass
     * @param totalSeconds wall time of everything
     */
    record Timing(double classifySeconds, double totalSeconds, List<Worker> workers) {}

    private ReportAssembly() {}

    /** @param temperature what the logits behind the metrics were divided by; 1 if nothing was scaled */
    static EvaluationReport assemble(
            Subject subject,
            ClassificationMetrics metrics,
            double temperature,
            Findings findings,
            Timing timing,
            RunCurves run,
            Provenance provenance) {
        Accuracy accuracy = metrics.accuracy();
        return EvaluationReportBuilder.builder()
                .formatVersion(EvaluationReport.FORMAT_VERSION)
                .subject(new EvaluationReport.Subject(
                        subject.model(), subject.dataset(), accuracy.examples(), run, provenance))
                .scores(scores(metrics))
                .top1Ci95(accuracy.top1Interval())
                .classes(classes(subject.labels(), metrics))
                .calibration(new CalibrationResult(
                        temperature,
                        metrics.calibration().maximumError(),
                        metrics.calibration().reliability()))
                .findings(findings)
                .effort(new Effort(
                        accuracy.examples() / timing.classifySeconds(), timing.totalSeconds(), timing.workers()))
                .build();
    }

    static Scores scores(ClassificationMetrics metrics) {
        Accuracy accuracy = metrics.accuracy();
        return new Scores(
                accuracy.top1(),
                accuracy.top5(),
                accuracy.loss(),
                metrics.calibration().expectedError());
    }

    private static Classes classes(List<String> labels, ClassificationMetrics metrics) {
        ConfusionMatrix confusion = metrics.confusion();
        List<ClassScores> scores = confusion.perClass();
        List<Areas> areas = metrics.areas();
        return new Classes(
                averages(metrics, scores, areas),
                classRows(labels, scores, areas),
                labels.size() <= EvaluationReport.DENSE_MATRIX_CLASSES ? confusion.toArray() : null,
                confusion.worst(CONFUSIONS).stream()
                        .map(cell ->
                                new Confusion(labels.get(cell.actual()), labels.get(cell.predicted()), cell.count()))
                        .toList(),
                curves(labels, metrics, areas));
    }

    private static Averages averages(ClassificationMetrics metrics, List<ClassScores> scores, List<Areas> areas) {
        double top1 = metrics.accuracy().top1();
        Interval interval = metrics.accuracy().top1Interval();
        RankCurve pooled = metrics.scores().pooled();
        return new Averages(
                average(ClassScores.macro(scores), AverageInterval.macro(metrics.confusion()), Areas.macro(areas)),
                average(
                        ClassScores.weighted(scores),
                        AverageInterval.weighted(metrics.confusion()),
                        Areas.weighted(areas)),
                // With one label and one prediction an image, all three are the accuracy.
                EvaluationReportPrecisionRecallBuilder.builder()
                        .precision(top1)
                        .precisionCi95(interval)
                        .recall(top1)
                        .recallCi95(interval)
                        .f1(top1)
                        .f1Ci95(interval)
                        .rocAuc(pooled.rocAuc())
                        .averagePrecision(pooled.averagePrecision())
                        .build());
    }

    private static PrecisionRecall average(
            ClassScores.Averages scores, AverageInterval.Averages intervals, Areas areas) {
        return EvaluationReportPrecisionRecallBuilder.builder()
                .precision(scores.precision())
                .precisionCi95(intervals.precision())
                .recall(scores.recall())
                .recallCi95(intervals.recall())
                .f1(scores.f1())
                .f1Ci95(intervals.f1())
                .rocAuc(areas.rocAuc())
                .averagePrecision(areas.averagePrecision())
                .build();
    }

    private static List<ClassRow> classRows(List<String> labels, List<ClassScores> scores, List<Areas> areas) {
        List<ClassRow> rows = new ArrayList<>();
        for (int k = 0; k < labels.size(); k++) {
            ClassScores score = scores.get(k);
            PrecisionRecall quality = EvaluationReportPrecisionRecallBuilder.builder()
                    .precision(score.precision())
                    .precisionCi95(score.precisionInterval())
                    .recall(score.recall())
                    .recallCi95(score.recallInterval())
                    .f1(score.f1())
                    .f1Ci95(score.f1Interval())
                    .rocAuc(areas.get(k).rocAuc())
                    .averagePrecision(areas.get(k).averagePrecision())
                    .build();
            rows.add(new ClassRow(labels.get(k), score.support(), score.predictions(), quality));
        }
        return rows;
    }

    /** The pooled curve, then the classes that have one by rising average precision. */
    private static List<Curve> curves(List<String> labels, ClassificationMetrics metrics, List<Areas> areas) {
        List<Curve> curves = new ArrayList<>();
        curves.add(curve(Curve.POOLED, metrics.scores().pooled()));
        IntStream.range(0, labels.size())
                .boxed()
                .filter(k -> !Double.isNaN(areas.get(k).rocAuc()))
                .sorted(Comparator.comparingDouble(k -> areas.get(k).averagePrecision()))
                .limit(CLASS_CURVES)
                .forEach(k -> curves.add(curve(labels.get(k), metrics.scores().curve(k))));
        return curves;
    }

    private static Curve curve(String label, RankCurve curve) {
        return new Curve(label, curve.rocAuc(), curve.averagePrecision(), curve.points(CURVE_POINTS));
    }
}
