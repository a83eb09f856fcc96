package io.resnetspark.pipeline.retrain.step;

import io.resnetspark.model.metrics.Interval;
import io.resnetspark.pipeline.evaluation.ClusterEvaluation;
import io.resnetspark.pipeline.evaluation.EvaluateConfig;
import io.resnetspark.pipeline.evaluation.EvaluationData;
import io.resnetspark.pipeline.evaluation.EvaluationReport;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Comparison;
import io.resnetspark.pipeline.evaluation.ModelUnderTest;
import io.resnetspark.pipeline.evaluation.Provenance;
import io.resnetspark.pipeline.retrain.RetrainContext;
import io.resnetspark.pipeline.retrain.promotion.ModelScores;
import io.resnetspark.pipeline.retrain.promotion.ModelScores.ClassScore;
import io.resnetspark.pipeline.retrain.promotion.Trial;
import io.resnetspark.pipeline.retrain.promotion.Trial.Against;
import java.util.List;
import java.util.Optional;

/** From evaluation reports to what promotions are decided on. */
public final class Judging {

    private Judging() {}

    /** Evaluates without writing a report. */
    static EvaluationReport quietly(
            RetrainContext context, EvaluateConfig config, EvaluationData data, List<ModelUnderTest> models) {
        return new ClusterEvaluation(context.spark(), config)
                .run(data, models, Optional.empty(), Provenance.Stated.NOTHING)
                .report();
    }

    /** @param reports of the challenger and, if there is one, the champion */
    static Trial trial(List<EvaluationReport> reports) {
        EvaluationReport challenger = reports.get(0);
        return new Trial(
                scores(challenger),
                reports.size() < 2 ? Optional.empty() : Optional.of(against(challenger, reports.get(1))));
    }

    /** Reports compare the other model with their own; a gain is the other way round. */
    private static Against against(EvaluationReport challenger, EvaluationReport champion) {
        Comparison comparison = challenger.findings().comparisons().get(0);
        return new Against(
                scores(champion),
                -comparison.paired().difference(),
                new Interval(
                        -comparison.paired().differenceCi95().high(),
                        -comparison.paired().differenceCi95().low()),
                comparison.paired().onlyFirst(),
                comparison.paired().onlySecond(),
                comparison.paired().mcnemarExactP());
    }

    private static ModelScores scores(EvaluationReport report) {
        return new ModelScores(
                report.subject().model().source(),
                report.subject().examples(),
                report.scores().top1(),
                report.top1Ci95(),
                report.scores().loss(),
                report.scores().ece(),
                report.classes().perClass().stream()
                        .map(row -> new ClassScore(
                                row.label(), row.support(), row.quality().recall()))
                        .toList());
    }
}
