package io.resnetspark.bench.averaging;

import io.resnetspark.bench.spark.Speed;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.QRDecomposition;

/**
 * Costs as a sum of non-negative coefficients times features, by least squares of relative errors.
 *
 * @param features names, for people
 * @param coefficients in the order of the features; 0 where least squares would have it negative
 * @param medianError median over the observations of |fitted - observed| / observed
 * @param largestError the largest of these
 */
public record LinearFit(List<String> features, List<Double> coefficients, double medianError, double largestError) {

    /** Shorter times are noise, and errors are relative to this instead. */
    private static final double SHORTEST_SECONDS = 0.005;

    /**
     * @param rows of each observation, its features
     * @param seconds observed
     * @throws IllegalArgumentException if there are fewer observations than features
     */
    static LinearFit of(List<String> features, List<double[]> rows, List<Double> seconds) {
        if (rows.size() < features.size()) {
            throw new IllegalArgumentException(
                    "%d observations cannot tell %d costs apart".formatted(rows.size(), features.size()));
        }
        List<Integer> used = new ArrayList<>();
        for (int i = 0; i < features.size(); i++) {
            used.add(i);
        }
        double[] solution = solve(rows, seconds, used);
        while (!used.isEmpty() && solution[lowest(solution)] < 0) {
            used.remove(lowest(solution));
            solution = used.isEmpty() ? new double[0] : solve(rows, seconds, used);
        }
        double[] coefficients = new double[features.size()];
        for (int i = 0; i < used.size(); i++) {
            coefficients[used.get(i)] = solution[i];
        }
        List<Double> errors = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            double error = Math.abs(value(coefficients, rows.get(row)) - seconds.get(row));
            errors.add(error / Math.max(SHORTEST_SECONDS, seconds.get(row)));
        }
        return new LinearFit(
                features,
                java.util.Arrays.stream(coefficients).boxed().toList(),
                Speed.median(errors),
                errors.stream().mapToDouble(Double::doubleValue).max().orElse(0));
    }

    private static double[] solve(List<double[]> rows, List<Double> seconds, List<Integer> used) {
        double[][] weighted = new double[rows.size()][used.size()];
        double[] ones = new double[rows.size()];
        for (int row = 0; row < weighted.length; row++) {
            double scale = Math.max(SHORTEST_SECONDS, seconds.get(row));
            for (int i = 0; i < used.size(); i++) {
                weighted[row][i] = rows.get(row)[used.get(i)] / scale;
            }
            ones[row] = seconds.get(row) / scale;
        }
        return new QRDecomposition(new Array2DRowRealMatrix(weighted, false))
                .getSolver()
                .solve(new ArrayRealVector(ones, false))
                .toArray();
    }

    private static int lowest(double[] values) {
        int lowest = 0;
        for (int i = 1; i < values.length; i++) {
            lowest = values[i] < values[lowest] ? i : lowest;
        }
        return lowest;
    }

    /** The cost for given features. */
    double at(double... row) {
        return value(coefficients.stream().mapToDouble(Double::doubleValue).toArray(), row);
    }

    private static double value(double[] coefficients, double[] row) {
        double sum = 0;
        for (int i = 0; i < coefficients.length; i++) {
            sum += coefficients[i] * row[i];
        }
        return sum;
    }
}
