package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.cudnn.GradientPlan.Passing;
import io.resnetspark.model.kernel.InferenceStep.Value;
import io.resnetspark.model.kernel.TrainingStep;
import io.resnetspark.model.program.ParameterSlice;

/**
 * A {@link MemoryPlan} put at an address, and the vectors that outlive it.
 *
 * @param start address of the planned memory
 * @param parameters address of the flat parameters
 * @param parameterGradients address of their gradient
 */
record StageMemory(MemoryPlan plan, long start, long parameters, long parameterGradients) {

    long value(Value value) {
        return start + plan.offset(value);
    }

    long gradient(Value value) {
        return start + plan.gradient(value);
    }

    long extra(TrainingStep step) {
        return start + plan.extra(step);
    }

    long workspace() {
        return start + plan.workspace();
    }

    long weightGradient() {
        return start + plan.weightGradient();
    }

    long parameter(ParameterSlice place) {
        return parameters + (long) place.offset() * Float.BYTES;
    }

    long parameterGradient(ParameterSlice place) {
        return parameterGradients + (long) place.offset() * Float.BYTES;
    }

    Passing passing(TrainingStep step, int position) {
        return plan.gradients().passing(step, position);
    }

    int count(Value value) {
        return Operations.count(plan.batched(value));
    }
}
