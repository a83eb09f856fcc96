package io.resnetspark.model.program;

/** A layer or vertex of a graph that a {@link ProgramCompiler} can compile. */
public interface Compilable {

    /** The step that computes what this computes. */
    Step compile(ProgramCompiler.Vertex vertex);
}
