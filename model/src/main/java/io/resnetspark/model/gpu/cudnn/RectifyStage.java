package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.cudnn.GradientPlan.Passing;
import io.resnetspark.model.kernel.TrainingStep.Rectify;

/** A ReLU where no batch norm is. */
record RectifyStage(Operations operations, StageMemory memory, Rectify step) implements Stage {

    @Override
    public void forward(Mode mode) {
        operations.rectify(memory.value(step.input()), memory.value(step.writes()), memory.count(step.writes()));
    }

    @Override
    public void backward() {
        Passing passing = memory.passing(step, 0);
        if (passing != Passing.NOWHERE) {
            operations.rectifyGradient(
                    memory.value(step.writes()),
                    memory.gradient(step.writes()),
                    memory.gradient(step.input()),
                    memory.count(step.writes()),
                    passing.write());
        }
    }
}
