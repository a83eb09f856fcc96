package io.resnetspark.model.metrics;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The mean of a value over items with weights; items whose value is NaN do not take part. */
final class WeightedMean {

    private WeightedMean() {}

    static <T> double of(List<T> items, ToDoubleFunction<T> value, ToDoubleFunction<T> weight) {
        double sum = 0;
        double weights = 0;
        for (T item : items) {
            double term = value.applyAsDouble(item);
            if (!Double.isNaN(term)) {
                sum += term * weight.applyAsDouble(item);
                weights += weight.applyAsDouble(item);
            }
        }
        return sum / weights;
    }
}
