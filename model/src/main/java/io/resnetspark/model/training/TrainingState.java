package io.resnetspark.model.training;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What a network has learned and what its optimiser remembers, detached from any network: what averaging combines and
 * checkpoints keep.
 *
 * @param parameters the flat parameters with running statistics, laid out by {@link io.resnetspark.model.ParameterLayout}
 * @param optimizer the optimiser's state vectors, each as long as the parameters
 */
public record TrainingState(float[] parameters, float[][] optimizer) implements Serializable {

    public TrainingState {
        for (float[] vector : optimizer) {
            if (vector.length != parameters.length) {
                throw new IllegalArgumentException("An optimiser vector has %d values, the network %d parameters"
                        .formatted(vector.length, parameters.length));
            }
        }
    }

    /** The parameters, then the optimiser's vectors; not copied. */
    public float[][] vectors() {
        float[][] vectors = new float[1 + optimizer.length][];
        vectors[0] = parameters;
        System.arraycopy(optimizer, 0, vectors, 1, optimizer.length);
        return vectors;
    }

    /** The state that has these {@link #vectors()}. */
    public static TrainingState ofVectors(float[][] vectors) {
        return new TrainingState(vectors[0], Arrays.copyOfRange(vectors, 1, vectors.length));
    }

    /** Size of its values. */
    public long bytes() {
        return (long) Float.BYTES * parameters.length * (1 + optimizer.length);
    }

    /** The part that belongs to the parameters from {@code start} up to {@code end}. */
    public TrainingState range(int start, int end) {
        float[][] part = new float[optimizer.length][];
        for (int i = 0; i < part.length; i++) {
            part[i] = Arrays.copyOfRange(optimizer[i], start, end);
        }
        return new TrainingState(Arrays.copyOfRange(parameters, start, end), part);
    }

    /** This state with the values from {@code start} on replaced by those of {@code part}. */
    public TrainingState withRange(int start, TrainingState part) {
        float[] newParameters = parameters.clone();
        System.arraycopy(part.parameters, 0, newParameters, start, part.parameters.length);
        float[][] newOptimizer = new float[optimizer.length][];
        for (int i = 0; i < newOptimizer.length; i++) {
            newOptimizer[i] = optimizer[i].clone();
            System.arraycopy(part.optimizer[i], 0, newOptimizer[i], start, part.optimizer[i].length);
        }
        return new TrainingState(newParameters, newOptimizer);
    }

    private Object writeReplace() {
        return new Sent(new SentVectors(new float[][] {parameters}), new SentVectors(optimizer));
    }

    private record Sent(SentVectors parameters, SentVectors optimizer) implements Serializable {
        private Object readResolve() {
            return new TrainingState(parameters.vectors()[0], optimizer.vectors());
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TrainingState state
                && Arrays.equals(parameters, state.parameters)
                && Arrays.deepEquals(optimizer, state.optimizer);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(parameters);
    }

    @Override
    public String toString() {
        return "TrainingState[%d parameters, %d optimiser vectors]".formatted(parameters.length, optimizer.length);
    }
}
