package io.resnetspark.pipeline.training;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.layer.Freezable;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;

/** Freezes named stages of a network: {@code stem}, {@code layer1} … {@code layer4}, {@code fc}. */
final class FrozenStages {

    private FrozenStages() {}

    static void freeze(ComputationGraph network, List<String> stages) {
        for (String stage : stages) {
            boolean found = false;
            for (GraphVertex vertex : network.getVertices()) {
                if (belongs(vertex.getVertexName(), stage)
                        && vertex.hasLayer()
                        && vertex.getLayer() instanceof Freezable layer) {
                    layer.freeze();
                    found = true;
                }
            }
            if (!found) {
                throw new ConfigurationException(
                        "There is no stage \"%s\" to freeze; stages are stem, layer1, layer2, … and fc"
                                .formatted(stage));
            }
        }
    }

    private static boolean belongs(String vertex, String stage) {
        return stage.equals("stem")
                ? vertex.equals("conv1") || vertex.equals("bn1")
                : vertex.equals(stage) || vertex.startsWith(stage + ".");
    }
}
