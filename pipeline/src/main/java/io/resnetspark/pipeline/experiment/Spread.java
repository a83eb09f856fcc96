package io.resnetspark.pipeline.experiment;

import java.util.List;

/**
 * Repeats of one measurement.
 *
 * @param mean their mean; NaN without any
 * @param deviation sample standard deviation, with n - 1; NaN for fewer than two
 * @param count how many
 */
record Spread(double mean, double deviation, int count) {

    /** Of the numbers among the values: what was not measured is NaN and does not count. */
    static Spread of(List<Double> values) {
        double[] measured = values.stream()
                .mapToDouble(Double::doubleValue)
                .filter(value -> !Double.isNaN(value))
                .toArray();
        double mean = measured.length == 0 ? Double.NaN : sum(measured, 0) / measured.length;
        double squares = 0;
        for (double value : measured) {
            squares += (value - mean) * (value - mean);
        }
        double deviation = measured.length < 2 ? Double.NaN : Math.sqrt(squares / (measured.length - 1));
        return new Spread(mean, deviation, measured.length);
    }

    private static double sum(double[] values, double start) {
        double sum = start;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
