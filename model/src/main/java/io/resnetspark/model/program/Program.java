package io.resnetspark.model.program;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A network as straight-line code, from images to logits. Its parameters and running statistics are parts of one flat vector.
 * In training softmax and cross-entropy follow, whose labels may be soft.
 *
 * @param images the input; of a head alone, features
 * @param steps in the order of computation; the last is {@link Step.Linear}
 * @param parameters length of the flat vector
 */
public record Program(Value images, List<Step> steps, int parameters) {

    public Program {
        steps = List.copyOf(steps);
        Set<Value> known = new HashSet<>(Set.of(images));
        for (Step step : steps) {
            if (!known.containsAll(step.inputs()) || !known.add(step.output())) {
                throw new IllegalArgumentException(
                        "The step that writes %s reads what is not there, or it exists already"
                                .formatted(step.output()));
            }
        }
        if (steps.isEmpty() || !(steps.get(steps.size() - 1) instanceof Step.Linear)) {
            throw new IllegalArgumentException("A network ends in a fully connected layer");
        }
    }

    private Step last() {
        return steps.get(steps.size() - 1);
    }

    /** What the last step reads: the pooled features that the head decides by. */
    public Value features() {
        return last().inputs().get(0);
    }

    public Value logits() {
        return last().output();
    }

    public int classes() {
        return logits().channels();
    }
}
