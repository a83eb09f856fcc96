package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.cudnn.GradientPlan.Passing;
import io.resnetspark.model.kernel.TrainingStep.GlobalAverage;

/** From maps to features, which are floats. */
record GlobalAverageStage(Operations operations, StageMemory memory, GlobalAverage step) implements Stage {

    @Override
    public void forward(Mode mode) {
        operations.globalAverage(
                memory.value(step.input()), memory.plan().batched(step.input()), memory.value(step.writes()));
    }

    @Override
    public void backward() {
        Passing passing = memory.passing(step, 0);
        if (passing != Passing.NOWHERE) {
            operations.globalAverageGradient(
                    memory.gradient(step.writes()),
                    memory.plan().batched(step.input()),
                    memory.gradient(step.input()),
                    passing.write());
        }
    }
}
