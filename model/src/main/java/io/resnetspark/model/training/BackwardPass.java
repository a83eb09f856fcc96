package io.resnetspark.model.training;

import io.resnetspark.model.layer.Freezable;
import io.resnetspark.model.layer.SparesGradients;
import java.util.HashSet;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;

/** What of a network's backward pass is needed. */
public final class BackwardPass {

    private BackwardPass() {}

    /**
     * Spares a network the gradients of everything below its lowest trained layers. Trained parameters get the same
     * gradients as without.
     *
     * @param network with frozen what is to stay as it is; to be called again when more is frozen
     */
    public static void stopAtLowestTrained(ComputationGraph network) {
        GraphVertex[] vertices = network.getVertices();
        boolean[] fixed = new boolean[vertices.length]; // whether neither the vertex nor anything below it is trained
        for (int index : network.topologicalSortOrder()) {
            GraphVertex vertex = vertices[index];
            VertexIndices[] inputs = vertex.isInputVertex() ? new VertexIndices[0] : vertex.getInputVertices();
            Set<Integer> fixedInputs = new HashSet<>();
            for (int i = 0; i < inputs.length; i++) {
                if (fixed[inputs[i].getVertexIndex()]) {
                    fixedInputs.add(i);
                }
            }
            fixed[index] = fixedInputs.size() == inputs.length && !isTrained(vertex);
            if (vertex.hasLayer() && vertex.getLayer() instanceof SparesGradients layer) {
                layer.spareInputGradients(fixedInputs);
            } else if (vertex instanceof SparesGradients sparing) {
                sparing.spareInputGradients(fixedInputs);
            }
        }
    }

    private static boolean isTrained(GraphVertex vertex) {
        return vertex.hasLayer()
                && vertex.getLayer().numParams() > 0
                && !(vertex.getLayer() instanceof Freezable layer && layer.frozen());
    }
}
