package io.resnetspark.model.metrics;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * A sum of doubles without rounding, so that it does not depend on the order of the terms: a double is a finite decimal
 * fraction, and {@link BigDecimal} adds those exactly. The mean is rounded once, at the end.
 */
public final class ExactSum implements Serializable {

    private static final long serialVersionUID = 1L;

    private BigDecimal sum = BigDecimal.ZERO;
    private long count;

    /** Adds one finite term. */
    public void add(double term) {
        sum = sum.add(new BigDecimal(term));
        count++;
    }

    /** Adds every term of the other sum. */
    public void merge(ExactSum other) {
        sum = sum.add(other.sum);
        count += other.count;
    }

    /** How many terms were added. */
    public long count() {
        return count;
    }

    /** The sum, rounded once. */
    public double total() {
        return sum.doubleValue();
    }

    /** The sum over the number of terms; NaN without terms. */
    public double mean() {
        return count == 0
                ? Double.NaN
                : sum.divide(BigDecimal.valueOf(count), MathContext.DECIMAL64).doubleValue();
    }
}
