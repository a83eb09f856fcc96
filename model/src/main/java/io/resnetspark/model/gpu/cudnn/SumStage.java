package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.cudnn.GradientPlan.Passing;
import io.resnetspark.model.kernel.InferenceStep.Value;
import io.resnetspark.model.kernel.TrainingStep.Sum;
import io.resnetspark.model.program.Activation;

/** A residual sum whose branch no batch norm ends. */
record SumStage(Operations operations, StageMemory memory, Sum step) implements Stage {

    @Override
    public void forward(Mode mode) {
        operations.sum(
                memory.value(step.branch()),
                memory.value(step.addend()),
                memory.value(step.writes()),
                memory.count(step.writes()),
                step.activation());
    }

    /** The ReLU is undone in place, the result goes to the addend, and last to the branch if it is not there already. */
    @Override
    public void backward() {
        long gradient = memory.gradient(step.writes());
        if (step.activation() == Activation.RELU) {
            operations.rectifyGradient(
                    memory.value(step.writes()), gradient, gradient, memory.count(step.writes()), Write.REPLACE);
        }
        pass(gradient, step.addend(), memory.passing(step, 1));
        pass(gradient, step.branch(), memory.passing(step, 0));
    }

    private void pass(long gradient, Value summand, Passing passing) {
        if (passing == Passing.REPLACE || passing == Passing.ADD) {
            operations.passGradient(gradient, memory.gradient(summand), memory.count(summand), passing.write());
        }
    }
}
