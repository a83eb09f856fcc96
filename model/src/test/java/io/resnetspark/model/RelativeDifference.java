package io.resnetspark.model;

import static org.assertj.core.api.Assertions.assertThat;

/** How far two vectors are from each other. */
public final class RelativeDifference {

    private RelativeDifference() {}

    /** L2 norm of the difference, relative to the second, which must be finite and not 0. */
    public static double difference(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double differences = 0;
        double squares = 0;
        for (int i = 0; i < actual.length; i++) {
            differences += Math.pow((double) actual[i] - expected[i], 2);
            squares += Math.pow(expected[i], 2);
        }
        assertThat(squares).isPositive().isFinite();
        return Math.sqrt(differences / squares);
    }
}
