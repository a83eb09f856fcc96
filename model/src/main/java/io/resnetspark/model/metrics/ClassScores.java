package io.resnetspark.model.metrics;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Precision, recall and F1 of one class against the rest.
 *
 * @param support examples whose true class this is
 * @param predictions examples predicted as this class
 * @param truePositives examples of both kinds
 */
public record ClassScores(long support, long predictions, long truePositives) {

    /** Share of the predictions that are right; NaN for a class that was never predicted. */
    public double precision() {
        return (double) truePositives / predictions;
    }

    /** Share of the examples that were found; NaN for a class without examples. */
    public double recall() {
        return (double) truePositives / support;
    }

    /**
     * Harmonic mean of precision and recall, {@code 2 TP / (2 TP + FP + FN)}; NaN only for a class that neither occurs
     * nor was predicted.
     */
    public double f1() {
        return 2.0 * truePositives / (support + predictions);
    }

    /** Wilson interval. */
    public Interval precisionInterval() {
        return Interval.wilson(truePositives, predictions);
    }

    /** Wilson interval. */
    public Interval recallInterval() {
        return Interval.wilson(truePositives, support);
    }

    /** See {@link Interval#f1}. */
    public Interval f1Interval() {
        return Interval.f1(truePositives, predictions - truePositives, support - truePositives);
    }

    /**
     * Averages over the classes that have examples, counting an undefined precision as 0, as scikit-learn's
     * {@code zero_division=0} does.
     *
     * @return NaN everywhere if no class has examples
     */
    public static Averages macro(List<ClassScores> classes) {
        return Averages.of(classes, scores -> 1);
    }

    /** The same, each class weighted by its number of examples. */
    public static Averages weighted(List<ClassScores> classes) {
        return Averages.of(classes, ClassScores::support);
    }

    /** Precision, recall and F1 averaged over classes. */
    public record Averages(double precision, double recall, double f1) {

        private static Averages of(List<ClassScores> classes, ToDoubleFunction<ClassScores> weight) {
            List<ClassScores> present =
                    classes.stream().filter(scores -> scores.support() > 0).toList();
            return new Averages(
                    WeightedMean.of(present, scores -> scores.predictions() == 0 ? 0 : scores.precision(), weight),
                    WeightedMean.of(present, ClassScores::recall, weight),
                    WeightedMean.of(present, ClassScores::f1, weight));
        }
    }
}
