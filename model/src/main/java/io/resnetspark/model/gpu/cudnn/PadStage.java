package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.cudnn.GradientPlan.Passing;
import io.resnetspark.model.kernel.TrainingStep.Pad;

/** Option A shortcut. */
record PadStage(Operations operations, StageMemory memory, Pad step) implements Stage {

    @Override
    public void forward(Mode mode) {
        operations.padShortcut(
                memory.value(step.input()),
                memory.plan().batched(step.input()),
                step.stride(),
                step.writes().shape().channels(),
                memory.value(step.writes()));
    }

    @Override
    public void backward() {
        Passing passing = memory.passing(step, 0);
        if (passing != Passing.NOWHERE) {
            operations.padShortcutGradient(
                    memory.gradient(step.writes()),
                    memory.plan().batched(step.input()),
                    step.stride(),
                    step.writes().shape().channels(),
                    memory.gradient(step.input()),
                    passing.write());
        }
    }
}
