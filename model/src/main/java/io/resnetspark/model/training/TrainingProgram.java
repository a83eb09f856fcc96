package io.resnetspark.model.training;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.layer.Freezable;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.ProgramCompiler;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;

/** A network's program with its layers as they are frozen when it is asked for. */
record TrainingProgram(ComputationGraph network, ParameterLayout layout) implements Function<ImageShape, Program> {

    @Override
    public Program apply(ImageShape image) {
        return ProgramCompiler.compile(network.getConfiguration(), layout.slices(), frozen(), image);
    }

    /** The vertices whose layers are frozen now. */
    Set<String> frozen() {
        Set<String> frozen = new HashSet<>();
        for (GraphVertex vertex : network.getVertices()) {
            if (vertex.hasLayer() && vertex.getLayer() instanceof Freezable layer && layer.frozen()) {
                frozen.add(vertex.getVertexName());
            }
        }
        return frozen;
    }
}
