package io.resnetspark.model.checkpoint;

import io.resnetspark.model.training.ServerState;
import io.resnetspark.model.training.TrainingState;

/** A training that can be continued, or a model that can be used. */
public record Checkpoint(ModelCard card, TrainingSnapshot snapshot) {

    /** What workers go on from. */
    public TrainingState state() {
        return snapshot.state();
    }

    public TrainingPosition position() {
        return snapshot.position();
    }

    /** Only to be used, not to be continued: its state has the given weights and nothing for an optimiser. */
    public Checkpoint asModel(float[] weights) {
        TrainingState state = new TrainingState(weights, new float[0][]);
        return new Checkpoint(card, new TrainingSnapshot(state, ServerState.NONE, position()));
    }
}
