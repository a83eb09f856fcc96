package io.resnetspark.model.metrics;

import java.util.List;
import java.util.function.Function;

/**
 * 95 % confidence intervals of precision, recall and F1 averaged over classes. The variance is the delta method's over the
 * multinomial counts of the confusion matrix (Takahashi et al. 2022, doi:10.1007/s10489-021-02635-5). Instead of their
 * normal approximation, which leaves 0..1 and has no width where nothing went wrong, it gives Wilson's interval as many
 * examples as a proportion of that variance would have (Korn and Graubard 1998), never more than there are.
 */
public final class AverageInterval {

    /** A score of one class and its derivatives by the shares of true positives, examples and predictions. */
    private record Gradient(double value, double byHits, double bySupport, double byPredictions) {

        static final Gradient ZERO = new Gradient(0, 0, 0, 0);
    }

    /** One class's counts as shares of all examples. */
    private record Shares(double hits, double support, double predictions) {

        Gradient precision() {
            return predictions == 0
                    ? Gradient.ZERO // counts as 0, whatever the rest of its row
                    : new Gradient(hits / predictions, 1 / predictions, 0, -hits / (predictions * predictions));
        }

        Gradient recall() {
            return new Gradient(hits / support, 1 / support, -hits / (support * support), 0);
        }

        Gradient f1() {
            double sum = support + predictions;
            double bySum = -2 * hits / (sum * sum);
            return new Gradient(2 * hits / sum, 2 / sum, bySum, bySum);
        }
    }

    /** What each class counts in the average. */
    private enum Weighting {
        EQUAL,
        BY_SUPPORT
    }

    /** Intervals of the averages that {@link ClassScores.Averages} holds. */
    public record Averages(Interval precision, Interval recall, Interval f1) {}

    private final ConfusionMatrix confusion;
    private final List<ClassScores> classes;
    private final double examples;
    private final Weighting weighting;

    private AverageInterval(ConfusionMatrix confusion, Weighting weighting) {
        this.confusion = confusion;
        this.classes = confusion.perClass();
        this.examples = classes.stream().mapToLong(ClassScores::support).sum();
        this.weighting = weighting;
    }

    /** Intervals of {@link ClassScores#macro}. */
    public static Averages macro(ConfusionMatrix confusion) {
        return new AverageInterval(confusion, Weighting.EQUAL).averages();
    }

    /** Intervals of {@link ClassScores#weighted}. */
    public static Averages weighted(ConfusionMatrix confusion) {
        return new AverageInterval(confusion, Weighting.BY_SUPPORT).averages();
    }

    private Averages averages() {
        return new Averages(interval(Shares::precision), interval(Shares::recall), interval(Shares::f1));
    }

    private Interval interval(Function<Shares, Gradient> score) {
        if (examples == 0) {
            return Interval.UNDEFINED;
        }
        long present = classes.stream().filter(k -> k.support() > 0).count();
        double[] ofLabel = new double[classes.size()];
        double[] ofPrediction = new double[classes.size()];
        double[] ofHit = new double[classes.size()];
        double average = 0;
        for (int k = 0; k < classes.size(); k++) {
            ClassScores counts = classes.get(k);
            if (counts.support() == 0) {
                continue; // no part of the average
            }
            Shares shares = new Shares(
                    counts.truePositives() / examples, counts.support() / examples, counts.predictions() / examples);
            Gradient gradient = score.apply(shares);
            double weight = weighting == Weighting.EQUAL ? 1.0 / present : shares.support();
            double weightBySupport = weighting == Weighting.EQUAL ? 0 : 1;
            average += weight * gradient.value();
            ofLabel[k] = weight * gradient.bySupport() + weightBySupport * gradient.value();
            ofPrediction[k] = weight * gradient.byPredictions();
            ofHit[k] = weight * gradient.byHits();
        }
        double mean = 0;
        double square = 0;
        for (ConfusionMatrix.Confusion cell : confusion.cells()) {
            double influence = ofLabel[cell.actual()]
                    + ofPrediction[cell.predicted()]
                    + (cell.actual() == cell.predicted() ? ofHit[cell.actual()] : 0);
            mean += cell.count() / examples * influence;
            square += cell.count() / examples * influence * influence;
        }
        double varianceOfOne = square - mean * mean;
        double effective = examples * average * (1 - average) / varianceOfOne;
        return Interval.wilson(average, effective > 0 && effective < examples ? effective : examples);
    }
}
