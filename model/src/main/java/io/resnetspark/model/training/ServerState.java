package io.resnetspark.model.training;

import java.util.Arrays;
import java.util.Optional;

/**
 * What the driver remembers between rounds besides the {@link TrainingState} it sends to workers. Each vector is laid out as
 * the parameters; what is switched off is empty.
 *
 * @param slowMomentum momentum of the averaged weights, in weights per unit of learning rate
 * @param movingAverage moving average of the weights and running statistics: the model to use, where it is kept
 */
public record ServerState(Optional<float[]> slowMomentum, Optional<float[]> movingAverage) {

    public static final ServerState NONE = new ServerState(Optional.empty(), Optional.empty());

    /** The part that belongs to the parameters from {@code start} up to {@code end}. */
    public ServerState range(int start, int end) {
        return new ServerState(
                slowMomentum.map(vector -> Arrays.copyOfRange(vector, start, end)),
                movingAverage.map(vector -> Arrays.copyOfRange(vector, start, end)));
    }

    /**
     * This part's vectors as those of a whole network, of which the rest does not change.
     *
     * @param start of the part
     * @param whole the whole network's parameters
     */
    public ServerState within(int start, float[] whole) {
        return new ServerState(
                slowMomentum.map(vector -> placed(vector, start, new float[whole.length])),
                movingAverage.map(vector -> placed(vector, start, whole.clone())));
    }

    private static float[] placed(float[] part, int start, float[] whole) {
        System.arraycopy(part, 0, whole, start, part.length);
        return whole;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ServerState state
                && Arrays.equals(slowMomentum.orElse(null), state.slowMomentum.orElse(null))
                && Arrays.equals(movingAverage.orElse(null), state.movingAverage.orElse(null));
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(slowMomentum.orElse(null)) + Arrays.hashCode(movingAverage.orElse(null));
    }

    @Override
    public String toString() {
        return "ServerState[slow momentum %s, moving average %s]"
                .formatted(slowMomentum.isPresent() ? "on" : "off", movingAverage.isPresent() ? "on" : "off");
    }
}
