package io.resnetspark.pipeline.training.averaging;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.training.ServerState;
import io.resnetspark.model.training.TrainingState;
import io.resnetspark.pipeline.training.SlowMomentum;
import java.util.Optional;

/**
 * What the driver makes of a round's average before it sends it back. It works on what the driver has anyway, so nothing
 * more is sent anywhere.
 *
 * @param layout of the parameters
 */
public record ServerUpdate(SlowMomentum slowMomentum, MovingAverage movingAverage, ParameterLayout layout) {

    /** What workers go on from, and what the driver remembers. */
    public record Updated(TrainingState state, ServerState server) {}

    /**
     * @param start what the round began with
     * @param averaged what workers averaged to
     * @param before what the driver remembered
     * @param learningRate of the round
     * @param steps of the round
     * @param allSteps steps since the training began, those of the round included
     */
    public Updated apply(
            TrainingState start,
            TrainingState averaged,
            ServerState before,
            double learningRate,
            int steps,
            long allSteps) {
        TrainingState next = averaged;
        Optional<float[]> momentum = Optional.empty();
        if (!slowMomentum.isOff()) {
            float[] zeros = new float[layout.length()];
            SlowMomentum.Moved moved = slowMomentum.move(
                    layout,
                    start.parameters(),
                    averaged.parameters(),
                    before.slowMomentum().orElse(zeros),
                    learningRate);
            next = new TrainingState(moved.parameters(), averaged.optimizer());
            momentum = Optional.of(moved.momentum());
        }
        Optional<float[]> average = Optional.empty();
        if (!movingAverage.isOff()) {
            float[] known = before.movingAverage().orElse(start.parameters());
            average = Optional.of(movingAverage.advance(known, next.parameters(), steps, allSteps));
        }
        return new Updated(next, new ServerState(momentum, average));
    }
}
