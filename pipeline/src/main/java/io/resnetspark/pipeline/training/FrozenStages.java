package io.resnetspark.pipeline.training;

import io.resnetspark.model.ResNet;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.layer.BatchNorm;
import io.resnetspark.model.layer.Freezable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;

/**
 * Freezes named stages of a network: {@code stem}, {@code layer1} … {@code layer4}, {@code fc}; {@code backbone}, all of
 * them but {@code fc}; or {@code batchnorm}, every batch norm wherever it is.
 */
final class FrozenStages {

    private FrozenStages() {}

    static void freeze(ComputationGraph network, List<String> stages) {
        for (String stage : stages) {
            boolean found = false;
            for (GraphVertex vertex : network.getVertices()) {
                if (vertex.hasLayer() && vertex.getLayer() instanceof Freezable layer && belongs(vertex, stage)) {
                    layer.freeze();
                    found = true;
                }
            }
            if (!found) {
                throw new ConfigurationException(
                        "There is no stage \"%s\" to freeze; stages are stem, layer1, layer2, …, fc, backbone and batchnorm"
                                .formatted(stage));
            }
        }
    }

    /** Names of the layers that still are trained. */
    static Set<String> trainedLayers(ComputationGraph network) {
        Set<String> names = new LinkedHashSet<>();
        for (GraphVertex vertex : network.getVertices()) {
            if (vertex.hasLayer()
                    && vertex.getLayer().numParams() > 0
                    && vertex.getLayer() instanceof Freezable layer
                    && !layer.frozen()) {
                names.add(vertex.getVertexName());
            }
        }
        return names;
    }

    private static boolean belongs(GraphVertex vertex, String stage) {
        String name = vertex.getVertexName();
        return switch (stage) {
            case "stem" -> name.equals("conv1") || name.equals("bn1");
            case "backbone" -> !name.equals(ResNet.LOGITS);
            case "batchnorm" -> vertex.getLayer().conf().getLayer() instanceof BatchNorm;
            default -> name.equals(stage) || name.startsWith(stage + ".");
        };
    }
}
