package io.resnetspark.bench.primitive;

import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.MemoryPlan;
import io.resnetspark.model.program.MemoryPlan.GradientFlow;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.Value;

/**
 * What a step of a program has to do for a batch.
 *
 * @param bound what limits how fast that can be done
 * @param forward floating-point operations, or bytes read and written
 * @param backward likewise; 0 where there is nothing to do
 */
record StepWork(Bound bound, double forward, double backward) {

    /** What limits the speed of a step. */
    enum Bound {
        ARITHMETIC,
        MEMORY
    }

    /** @param plan of the step's program in training */
    static StepWork of(Step step, MemoryPlan plan, int batch) {
        boolean inputGradient = plan.flow(step, 0) != null && plan.flow(step, 0) != GradientFlow.NONE;
        if (step instanceof Step.Convolution convolution) {
            int size = convolution.window().size();
            double flops = 2.0
                    * batch
                    * convolution.output().shape().length()
                    * size
                    * size
                    * convolution.input().channels();
            return arithmetic(flops, convolution.learns(), inputGradient);
        }
        if (step instanceof Step.Linear linear) {
            double flops =
                    2.0 * batch * linear.input().channels() * linear.output().channels();
            return arithmetic(flops, linear.learns(), inputGradient);
        }
        double input = bytes(step.inputs().get(0), plan, batch);
        double output = bytes(step.output(), plan, batch);
        int addends = step.inputs().size() - 1;
        if (step instanceof Step.BatchNorm) {
            // Statistics first, then the values: what they read is read twice in each direction.
            return memory(2 * input + addends * output + output, 2 * (input + output) + input + 2 * addends * output);
        }
        return memory((1 + addends) * input + output, input + (1 + addends) * output);
    }

    private static StepWork arithmetic(double flops, boolean learns, boolean inputGradient) {
        return new StepWork(Bound.ARITHMETIC, flops, (learns ? flops : 0) + (inputGradient ? flops : 0));
    }

    private static StepWork memory(double forward, double backward) {
        return new StepWork(Bound.MEMORY, forward, backward);
    }

    private static double bytes(Value value, MemoryPlan plan, int batch) {
        Element element = plan.type(value);
        return (double) value.shape().length() * batch * element.bytes();
    }
}
