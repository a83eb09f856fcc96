package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.cudnn.GradientPlan.Passing;
import io.resnetspark.model.kernel.TrainingStep.Connect;

/** The head: floats in, floats out. */
record ConnectStage(Operations operations, StageMemory memory, Connect step) implements Stage {

    @Override
    public void forward(Mode mode) {
        operations.linear(
                memory.value(step.input()),
                memory.parameter(step.weight()),
                memory.parameter(step.bias()),
                memory.value(step.writes()),
                batch(),
                inputs(),
                outputs());
    }

    @Override
    public void backward() {
        long gradient = memory.gradient(step.writes());
        if (step.learns()) {
            operations.linearParameterGradients(
                    memory.value(step.input()),
                    gradient,
                    memory.parameterGradient(step.weight()),
                    memory.parameterGradient(step.bias()),
                    batch(),
                    inputs(),
                    outputs());
        }
        Passing passing = memory.passing(step, 0);
        if (passing == Passing.REPLACE) {
            operations.linearInputGradient(
                    gradient,
                    memory.parameter(step.weight()),
                    memory.gradient(step.input()),
                    batch(),
                    inputs(),
                    outputs());
        } else if (passing != Passing.NOWHERE) {
            throw new IllegalArgumentException("Features are read by one fully connected layer, not by others too");
        }
    }

    private int batch() {
        return memory.plan().batched(step.input()).batch();
    }

    private int inputs() {
        return step.input().shape().channels();
    }

    private int outputs() {
        return step.writes().shape().channels();
    }
}
