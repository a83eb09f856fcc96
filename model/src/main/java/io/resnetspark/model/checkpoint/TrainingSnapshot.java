package io.resnetspark.model.checkpoint;

import io.resnetspark.model.training.ServerState;
import io.resnetspark.model.training.TrainingState;

/**
 * Everything that changes in a training, between two rounds: going on from it gives what going on without it would have.
 *
 * @param state what workers start the next round from
 * @param server what the driver remembers
 * @param position how far the training is
 */
public record TrainingSnapshot(TrainingState state, ServerState server, TrainingPosition position) {

    /** The weights to use: the moving average where one is kept, else the newest. */
    public float[] model() {
        return server.movingAverage().orElse(state.parameters());
    }
}
