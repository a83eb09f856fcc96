package io.resnetspark.model.program;

/**
 * A program with the parameters to run it by.
 *
 * @param parameters the flat vector
 */
@SuppressWarnings("ArrayRecordComponent") // compared with nothing, and too large to copy
public record InferenceProgram(Program program, float[] parameters) {

    public InferenceProgram {
        if (parameters.length != program.parameters()) {
            throw new IllegalArgumentException(
                    "%d values for %d parameters".formatted(parameters.length, program.parameters()));
        }
    }
}
