package io.resnetspark.model.metrics;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Everything one pass over a split counts for one model. */
public final class ClassificationMetrics implements Serializable {

    private static final long serialVersionUID = 1L;

    private final Accuracy accuracy = new Accuracy();
    private final ConfusionMatrix confusion;
    private final Calibration calibration;
    private final Scores scores;
    /** Per class: the probabilities its own examples give it. */
    private final ExactSum[] selfConfidence;

    /**
     * @param classes number of classes, at least 1
     * @param expectedExamples size of the whole evaluation, which decides between exact and binned curves
     * @param calibrationBins bins of the reliability diagram
     */
    public ClassificationMetrics(int classes, long expectedExamples, int calibrationBins) {
        confusion = new ConfusionMatrix(classes);
        calibration = new Calibration(calibrationBins);
        scores = Scores.forSize(expectedExamples, classes);
        selfConfidence = Stream.generate(ExactSum::new).limit(classes).toArray(ExactSum[]::new);
    }

    public void add(ScoredExample example) {
        confusion.add(example.label(), example.predicted());
        accuracy.add(example);
        calibration.add(example);
        scores.add(example);
        selfConfidence[example.label()].add(example.probability(example.label()));
    }

    /** Adds every example of the other; both must have been made for the same evaluation. */
    public void merge(ClassificationMetrics other) {
        confusion.merge(other.confusion);
        accuracy.merge(other.accuracy);
        calibration.merge(other.calibration);
        scores.merge(other.scores);
        for (int k = 0; k < selfConfidence.length; k++) {
            selfConfidence[k].merge(other.selfConfidence[k]);
        }
    }

    public Accuracy accuracy() {
        return accuracy;
    }

    public ConfusionMatrix confusion() {
        return confusion;
    }

    public Calibration calibration() {
        return calibration;
    }

    public Scores scores() {
        return scores;
    }

    /**
     * Per class, the mean probability that examples labelled with it give it; NaN for a class without examples. The
     * thresholds of {@link LabelSuspicion}.
     */
    public double[] selfConfidence() {
        return Stream.of(selfConfidence).mapToDouble(ExactSum::mean).toArray();
    }

    /** Areas under the curves of all classes; computed once per call, which sorts all scores. */
    public List<Areas> areas() {
        return IntStream.range(0, scores.classes())
                .mapToObj(scores::curve)
                .map(curve -> new Areas(curve.positives(), curve.rocAuc(), curve.averagePrecision()))
                .toList();
    }

    /**
     * Areas under one class's curves.
     *
     * @param positives examples of the class
     * @param rocAuc area under the ROC curve, NaN if undefined
     * @param averagePrecision area under the precision-recall curve, NaN if undefined
     */
    public record Areas(long positives, double rocAuc, double averagePrecision) {

        /** Mean over the classes where it is defined. */
        public static Areas macro(List<Areas> classes) {
            return new Areas(
                    classes.stream().mapToLong(Areas::positives).sum(),
                    WeightedMean.of(classes, Areas::rocAuc, areas -> 1),
                    WeightedMean.of(classes, Areas::averagePrecision, areas -> 1));
        }

        /** Mean over the classes where it is defined, weighted by their examples. */
        public static Areas weighted(List<Areas> classes) {
            return new Areas(
                    classes.stream().mapToLong(Areas::positives).sum(),
                    WeightedMean.of(classes, Areas::rocAuc, Areas::positives),
                    WeightedMean.of(classes, Areas::averagePrecision, Areas::positives));
        }
    }
}
