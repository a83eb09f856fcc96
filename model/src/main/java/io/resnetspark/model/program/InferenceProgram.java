package io.resnetspark.model.program;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A program with the parameters to run it by.
 *
 * @param parameters the flat vector
 * @param precision what its convolutions compute with
 * @param quantization steps of the maps; needed for 8-bit integers
 */
@SuppressWarnings("ArrayRecordComponent") // compared with nothing, and too large to copy
public record InferenceProgram(
        Program program, float[] parameters, InferencePrecision precision, Optional<Quantization> quantization) {

    public InferenceProgram {
        if (parameters.length != program.parameters()) {
            throw new IllegalArgumentException(
                    "%d values for %d parameters".formatted(parameters.length, program.parameters()));
        }
        if (precision == InferencePrecision.INT8 && quantization.isEmpty()) {
            throw new IllegalArgumentException("8-bit integers need a quantisation");
        }
    }

    /** In single precision. */
    public InferenceProgram(Program program, float[] parameters) {
        this(program, parameters, InferencePrecision.FP32, Optional.empty());
    }

    /** The same network in another precision. */
    public InferenceProgram in(InferencePrecision other, Optional<Quantization> ranges) {
        return new InferenceProgram(program, parameters, other, ranges);
    }

    /** The steps of the maps that are stored as whole numbers: a pooled map keeps those of what it was pooled from. */
    public Map<Value, Float> mapSteps() {
        Quantization ranges = quantization.orElseThrow();
        Set<Value> unsigned = unsigned();
        Map<Value, Float> steps = new HashMap<>();
        steps.put(program.images(), ranges.range(program.images()) / Quantization.SIGNED_STEPS);
        for (Step step : program.steps()) {
            Value output = step.output();
            if (step instanceof Step.Convolution) {
                int count = unsigned.contains(output) ? Quantization.UNSIGNED_STEPS : Quantization.SIGNED_STEPS;
                steps.put(output, ranges.range(output) / count);
            } else if (step instanceof Step.MaxPool pool) {
                steps.put(output, steps.get(pool.input()));
            }
        }
        return steps;
    }

    /** The maps that have no negative values, since a ReLU wrote them. */
    public Set<Value> unsigned() {
        Set<Value> unsigned = new HashSet<>();
        for (Step step : program.steps()) {
            boolean rectified =
                    step instanceof Step.Convolution convolution && convolution.activation() == Activation.RELU;
            boolean kept = step instanceof Step.MaxPool pool && unsigned.contains(pool.input());
            if (rectified || kept || step instanceof Step.Relu) {
                unsigned.add(step.output());
            }
        }
        return unsigned;
    }
}
