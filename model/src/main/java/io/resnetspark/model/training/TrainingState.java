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
