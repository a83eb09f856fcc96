package io.resnetspark.pipeline.retrain.step;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;

import io.resnetspark.model.metrics.Interval;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.evaluation.EvaluateConfig;
import io.resnetspark.pipeline.evaluation.EvaluationData;
import io.resnetspark.pipeline.evaluation.EvaluationReport;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Slice;
import io.resnetspark.pipeline.evaluation.ModelUnderTest;
import io.resnetspark.pipeline.retrain.Portion;
import io.resnetspark.pipeline.retrain.RetrainContext;
import io.resnetspark.pipeline.retrain.step.Assessment.Agreement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * How far the champion agrees with the labels of new images, in one pass with the frozen test split. A champion that
 * recognises far less of a batch than of the test split tells of labels mixed up, or of images it cannot know: both want
 * somebody's eyes before they are trained on.
 *
 * @param championTop1 what it recognises of the test split
 * @param portions what it recognises of each portion
 */
public record LabelAgreement(double championTop1, List<Agreement> portions) {

    private static final String PART = "part";
    private static final String TEST = "test";

    static LabelAgreement measure(
            RetrainContext context, int champion, PrepareResult prepared, List<Portion> portions) {
        ImageDataset dataset = context.dataset(prepared.datasetVersion());
        Dataset<Row> images =
                new FrozenTestSet(context).rows(prepared.testSet()).withColumn(PART, lit(TEST));
        long expected = prepared.testSet().images();
        for (Portion portion : portions) {
            for (Split split : Split.values()) {
                // Test images of the frozen split are in the pass already.
                if (split != Split.TEST
                        || portion.version() > prepared.testSet().version()) {
                    Dataset<Row> rows = dataset.rows(split).where(col("version").equalTo(portion.version()));
                    expected += rows.count();
                    images = images.unionByName(rows.withColumn(PART, concat(lit("v"), col("version"))));
                }
            }
        }
        ModelUnderTest model = new JudgeModels(context, prepared).champion(champion);
        EvaluationReport report = Judging.quietly(
                context,
                countsOnly(context.settings().evaluate()),
                new EvaluationData(
                        images, EvaluationData.of(dataset, Split.TEST).id(), expected, prepared.classes(), Map.of()),
                List.of(model));
        return of(report.findings().slices(), portions);
    }

    private static LabelAgreement of(List<Slice> slices, List<Portion> portions) {
        double test = slices.stream()
                .filter(slice -> slice.value().equals(TEST))
                .mapToDouble(Slice::top1)
                .findFirst()
                .orElseThrow();
        List<Agreement> agreements = new ArrayList<>();
        for (Portion portion : portions) {
            slices.stream()
                    .filter(slice -> slice.value().equals("v" + portion.version()))
                    .forEach(slice -> agreements.add(
                            new Agreement(portion.version(), portion.batch(), slice.examples(), slice.top1())));
        }
        return new LabelAgreement(test, agreements);
    }

    /** Nothing to show, one slice per portion. */
    private static EvaluateConfig countsOnly(EvaluateConfig config) {
        EvaluateConfig.Analysis analysis = config.analysis();
        return new EvaluateConfig(
                config.inference(),
                new EvaluateConfig.Analysis(
                        analysis.calibrationBins(),
                        false,
                        List.of(PART),
                        analysis.bootstrapResamples(),
                        analysis.seed()),
                new EvaluateConfig.Shown(0, 0, 0, config.shown().thumbnailSizePixels()),
                List.of());
    }

    /** Why a portion should be kept out, in words; empty if it may come in. */
    Optional<String> objection(Portion portion, double minimumAgreement) {
        return portions.stream()
                .filter(agreement -> agreement.version() == portion.version())
                .filter(agreement -> upperEnd(agreement) < minimumAgreement * championTop1)
                .map(agreement -> String.format(
                        Locale.ROOT,
                        "the champion recognises %.1f %% of its %d images, and %.1f %% of the test split: labels may"
                                + " be mixed up, or the images of another kind",
                        100 * agreement.top1(),
                        agreement.images(),
                        100 * championTop1))
                .findFirst();
    }

    private static double upperEnd(Agreement agreement) {
        return Interval.wilson(Math.round(agreement.top1() * agreement.images()), agreement.images())
                .high();
    }
}
