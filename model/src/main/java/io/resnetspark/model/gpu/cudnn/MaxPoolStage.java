package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.cudnn.GradientPlan.Passing;
import io.resnetspark.model.kernel.TrainingStep.MaxPool;
import io.resnetspark.model.program.ImageShape;

/** Max pooling that remembers who won. */
record MaxPoolStage(Operations operations, StageMemory memory, MaxPool step) implements Stage {

    @Override
    public void forward(Mode mode) {
        operations.maxPool(
                memory.value(step.input()), shape(), step.window(), memory.value(step.writes()), memory.extra(step));
    }

    @Override
    public void backward() {
        Passing passing = memory.passing(step, 0);
        if (passing != Passing.NOWHERE) {
            operations.maxPoolGradient(
                    memory.gradient(step.writes()),
                    memory.extra(step),
                    shape(),
                    step.window(),
                    memory.gradient(step.input()),
                    passing.write());
        }
    }

    private ImageShape shape() {
        return memory.plan().batched(step.input());
    }
}
