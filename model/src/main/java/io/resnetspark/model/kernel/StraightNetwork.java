package io.resnetspark.model.kernel;

import io.resnetspark.model.kernel.InferenceStep.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A network in inference mode as straight-line code: batch norms are folded into convolutions, sums and ReLUs into the
 * steps before them.
 *
 * @param images the input
 * @param steps in the order of computation
 */
public record StraightNetwork(Value images, List<InferenceStep> steps) {

    public StraightNetwork {
        steps = List.copyOf(steps);
        Set<Value> known = new HashSet<>(Set.of(images));
        for (InferenceStep step : steps) {
            if (!known.containsAll(step.reads()) || !known.add(step.writes())) {
                throw new IllegalArgumentException(
                        "The step that writes %s reads what is not there, or it exists already"
                                .formatted(step.writes()));
            }
        }
    }

    /** What the last step reads: the pooled features that the head decides by. */
    public Value features() {
        return steps.get(steps.size() - 1).reads().get(0);
    }

    /** The last step's value: the logits. */
    public Value logits() {
        return steps.get(steps.size() - 1).writes();
    }
}
