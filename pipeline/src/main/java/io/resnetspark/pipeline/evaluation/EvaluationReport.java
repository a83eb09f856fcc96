package io.resnetspark.pipeline.evaluation;

import io.resnetspark.model.metrics.Calibration;
import io.resnetspark.model.metrics.Interval;
import io.resnetspark.model.metrics.RankCurve;
import io.resnetspark.pipeline.storage.Flattened;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;

/**
 * What one evaluation found, as written to {@code report.json} (see docs/report.md for the schema; property names there
 * are in snake case). Shares and probabilities are in 0..1, losses in nats; a number that is undefined (a recall of no
 * examples) is NaN here and null in JSON.
 *
 * @param formatVersion version of this schema, {@link #FORMAT_VERSION} when written by this software
 * @param subject what was judged
 * @param scores over all examples
 * @param top1Ci95 Wilson interval of top1
 * @param classes how the classes did, each and on average
 * @param calibration the reliability diagram
 * @param findings what to look at beside the numbers
 * @param effort what the evaluation took
 */
@RecordBuilder
public record EvaluationReport(
        int formatVersion,
        @Flattened Subject subject,
        @Flattened Scores scores,
        Interval top1Ci95,
        @Flattened Classes classes,
        CalibrationResult calibration,
        @Flattened Findings findings,
        @Flattened Effort effort) {

    public static final int FORMAT_VERSION = 1;

    /** Above this many classes the dense confusion matrix is left out; {@code confusions} remains. */
    public static final int DENSE_MATRIX_CLASSES = 2_000;

    /**
     * @param model the model judged
     * @param dataset the examples it was judged on
     * @param examples how many there were; each was seen exactly once
     * @param run how the model was trained; without rounds if that is unknown
     * @param provenance what made this report
     */
    public record Subject(ModelId model, DatasetId dataset, long examples, RunCurves run, Provenance provenance) {}

    /**
     * @param top1 share whose true class scored highest
     * @param top5 share whose true class was among the five highest
     * @param loss mean cross-entropy
     * @param ece expected calibration error
     */
    public record Scores(double top1, double top5, double loss, double ece) {}

    /**
     * @param averages over classes
     * @param perClass by class index
     * @param confusionMatrix counts {@code [actual][predicted]}; null above {@link #DENSE_MATRIX_CLASSES} classes
     * @param confusions the most frequent confusions, most frequent first
     * @param curves one-vs-rest curves: all classes pooled, then the classes with the lowest average precision
     */
    public record Classes(
            Averages averages,
            List<ClassRow> perClass,
            long[][] confusionMatrix,
            List<Confusion> confusions,
            List<Curve> curves) {}

    /**
     * @param slices accuracy by the values of dataset columns
     * @param mistakes examples the model got wrong, most confident first; not all of them
     * @param suspectLabels examples whose label is probably wrong, most suspect first
     * @param comparisons this model against others on the same examples
     */
    public record Findings(
            List<Slice> slices,
            List<Mistake> mistakes,
            List<SuspectLabel> suspectLabels,
            List<Comparison> comparisons) {}

    /**
     * @param throughputImagesPerSecond examples over the wall time of the classifying pass, all workers together
     * @param seconds wall time of the whole evaluation
     * @param workers what each worker contributed
     */
    public record Effort(double throughputImagesPerSecond, double seconds, List<Worker> workers) {}

    /**
     * @param arch the named architecture
     * @param id identifies the weights, for example a run and its round
     * @param source where the weights came from, as the user named it
     * @param precision what it classified in: fp32, bf16 or int8
     */
    public record ModelId(String arch, String id, String source, String precision) {}

    /**
     * @param name what people call the dataset: the last part of its path
     * @param id the dataset's identity, which survives new versions
     * @param version the Delta table's version
     * @param split the split judged on
     */
    public record DatasetId(String name, String id, long version, String split) {}

    /**
     * @param macro every class with examples counts the same
     * @param weighted classes count by their examples
     * @param micro all (example, class) pairs pooled; precision, recall and F1 then all equal top-1
     */
    public record Averages(PrecisionRecall macro, PrecisionRecall weighted, PrecisionRecall micro) {}

    /**
     * Of a class, or over classes.
     *
     * @param precisionCi95 Wilson interval; over classes see {@link io.resnetspark.model.metrics.AverageInterval}, as for the
     *     others
     * @param recallCi95 Wilson interval
     * @param f1Ci95 Wilson-indirect interval ({@link Interval#f1})
     */
    @RecordBuilder
    public record PrecisionRecall(
            double precision,
            Interval precisionCi95,
            double recall,
            Interval recallCi95,
            double f1,
            Interval f1Ci95,
            double rocAuc,
            double averagePrecision) {}

    /**
     * @param label class name
     * @param support examples of the class
     * @param predictions examples predicted as the class
     * @param quality how well the two agree
     */
    public record ClassRow(
            String label,
            long support,
            long predictions,
            @Flattened PrecisionRecall quality) {}

    public record Confusion(String label, String predicted, long count) {}

    /**
     * @param temperature what the logits were divided by before anything was computed; 1 if nothing was scaled
     * @param maximumError the largest gap of any bin
     * @param reliability one point per bin
     */
    public record CalibrationResult(double temperature, double maximumError, List<Calibration.Bin> reliability) {}

    /**
     * @param label class name, or {@value #POOLED} for all classes pooled
     * @param points by falling threshold, thinned for drawing; the areas are computed from all
     */
    public record Curve(String label, double rocAuc, double averagePrecision, List<RankCurve.Point> points) {
        public static final String POOLED = "(all classes pooled)";
    }

    /** @param column dataset column whose value the examples share */
    public record Slice(
            String column, String value, long examples, double top1, Interval top1Ci95, double top5, double loss) {}

    /**
     * @param origin where the image came from
     * @param confidence probability of the predicted class
     * @param labelProbability probability of the true class
     */
    public record Mistake(
            String imageId,
            String origin,
            String label,
            String predicted,
            double confidence,
            double labelProbability) {}

    /**
     * @param suggested the class the example seems to belong to
     * @param margin probability of the label minus probability of the suggestion, -1..0
     */
    public record SuspectLabel(String imageId, String origin, String label, String suggested, double margin) {}

    /**
     * The model of this report (the first) against another (the second).
     *
     * @param second the other model
     * @param scores of the second
     * @param paired what differs, example by example
     * @param perClass classes by how much they changed
     * @param flipped examples that one got right and the other wrong; not all of them
     */
    public record Comparison(
            ModelId second,
            @Flattened Scores scores,
            @Flattened PairedDifference paired,
            List<ClassChange> perClass,
            List<Flip> flipped) {}

    /**
     * @param difference top-1 of the second minus top-1 of the first
     * @param differenceCi95 bootstrap interval of the difference over resampled examples
     * @param onlyFirst examples only the first got right
     * @param onlySecond examples only the second got right
     * @param mcnemarExactP exact two-sided p-value of McNemar's test
     * @param mcnemarChiSquared statistic with continuity correction
     * @param mcnemarChiSquaredP its approximate p-value
     */
    @RecordBuilder
    public record PairedDifference(
            double difference,
            Interval differenceCi95,
            long onlyFirst,
            long onlySecond,
            double mcnemarExactP,
            double mcnemarChiSquared,
            double mcnemarChiSquaredP) {}

    public record ClassChange(
            String label, long support, double recallFirst, double recallSecond, double f1First, double f1Second) {}

    public record Flip(String imageId, String origin, String label, String first, String second) {}

    /**
     * @param id Spark's executor id
     * @param busySeconds time its tasks spent, summed over its slots
     * @param imagesPerSecond images over busy seconds: the speed of one slot
     */
    public record Worker(String id, String host, long images, double busySeconds, double imagesPerSecond) {}
}
