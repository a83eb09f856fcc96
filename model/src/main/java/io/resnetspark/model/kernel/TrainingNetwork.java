package io.resnetspark.model.kernel;

import io.resnetspark.model.kernel.InferenceStep.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A network in training mode as straight-line code, from images to logits; softmax and cross-entropy follow. Its parameters
 * are parts of one flat vector.
 *
 * @param images the input
 * @param steps in the order of computation; the last is a {@link TrainingStep.Connect}
 * @param parameters length of the flat vector
 */
public record TrainingNetwork(Value images, List<TrainingStep> steps, int parameters) {

    public TrainingNetwork {
        steps = List.copyOf(steps);
        Set<Value> known = new HashSet<>(Set.of(images));
        for (TrainingStep step : steps) {
            if (!known.containsAll(step.reads()) || !known.add(step.writes())) {
                throw new IllegalArgumentException(
                        "The step that writes %s reads what is not there, or it exists already"
                                .formatted(step.writes()));
            }
        }
        if (steps.isEmpty() || !(steps.get(steps.size() - 1) instanceof TrainingStep.Connect)) {
            throw new IllegalArgumentException("A network to be trained ends in a fully connected layer");
        }
    }

    public Value logits() {
        return steps.get(steps.size() - 1).writes();
    }

    public int classes() {
        return logits().shape().channels();
    }
}
