package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.cudnn.GradientPlan.Passing;
import io.resnetspark.model.gpu.cudnn.Operations.Norm;
import io.resnetspark.model.kernel.Statistics;
import io.resnetspark.model.kernel.TrainingStep.Normalise;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;

/** Batch norm with an addend and a ReLU in the same pass over the maps. */
record NormaliseStage(Operations operations, StageMemory memory, Normalise step) implements Stage {

    @Override
    public void forward(Mode mode) {
        long input = memory.value(step.input());
        Statistics statistics = mode == Mode.TRAIN ? step.statistics() : Statistics.GIVEN;
        if (statistics == Statistics.BATCH) {
            operations.statistics(input, shape(), batchMean(), batchVariance());
            operations.blendStatistics(
                    batchMean(),
                    batchVariance(),
                    memory.parameter(step.runningMean()),
                    memory.parameter(step.runningVariance()),
                    shape(),
                    step.momentum());
        }
        long addend = step.addend().map(memory::value).orElse(Operations.NONE);
        operations.normalise(input, shape(), norm(statistics, step.activation()), addend, memory.value(step.writes()));
    }

    @Override
    public void backward() {
        long input = memory.value(step.input());
        long gradient = memory.gradient(step.writes());
        boolean masksOwnGradient = step.addend().isPresent() && step.activation() == Activation.RELU;
        // From here on the gradient is the one before the ReLU, unless that is cheap to find from the input again.
        Activation left = masksOwnGradient ? Activation.IDENTITY : step.activation();
        if (step.learns()) {
            operations.normParameterGradients(
                    input,
                    shape(),
                    norm(step.statistics(), left),
                    masksOwnGradient ? memory.value(step.writes()) : Operations.NONE,
                    gradient,
                    memory.parameterGradient(step.scale()),
                    memory.parameterGradient(step.shift()));
        } else if (masksOwnGradient) {
            operations.rectifyGradient(
                    memory.value(step.writes()), gradient, gradient, memory.count(step.writes()), Write.REPLACE);
        }
        Passing passing = memory.passing(step, 0);
        if (passing != Passing.NOWHERE) {
            operations.normInputGradient(
                    input,
                    shape(),
                    norm(step.statistics(), left),
                    gradient,
                    step.learns() ? memory.parameterGradient(step.scale()) : Operations.NONE,
                    step.learns() ? memory.parameterGradient(step.shift()) : Operations.NONE,
                    memory.gradient(step.input()),
                    passing.write());
        }
        step.addend().ifPresent(addend -> {
            Passing toAddend = memory.passing(step, 1);
            if (toAddend == Passing.REPLACE || toAddend == Passing.ADD) {
                operations.passGradient(gradient, memory.gradient(addend), memory.count(addend), toAddend.write());
            }
        });
    }

    private Norm norm(Statistics statistics, Activation activation) {
        boolean batch = statistics == Statistics.BATCH;
        return new Norm(
                memory.parameter(step.scale()),
                memory.parameter(step.shift()),
                batch ? batchMean() : memory.parameter(step.runningMean()),
                batch ? batchVariance() : memory.parameter(step.runningVariance()),
                step.epsilon(),
                activation);
    }

    private long batchMean() {
        return memory.extra(step);
    }

    private long batchVariance() {
        return batchMean() + (long) step.scale().length() * Float.BYTES;
    }

    private ImageShape shape() {
        return memory.plan().batched(step.input());
    }
}
