package io.resnetspark.pipeline.training;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.layer.Freezable;
import io.resnetspark.model.layer.ParameterSpec;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Freezes named stages of a network: {@code stem}, {@code layer1} … {@code layer4}, {@code fc}; {@code backbone}, all of
 * them but {@code fc}; or {@code batchnorm}, every batch norm wherever it is.
 */
public final class FrozenStages {

    private FrozenStages() {}

    public static void freeze(ComputationGraph network, List<String> stages) {
        for (String layer : layers(ParameterLayout.of(network), stages)) {
            ((Freezable) network.getLayer(layer)).freeze();
        }
    }

    /**
     * Names of the layers that still are trained.
     *
     * @throws IllegalArgumentException if there is no such stage, or no layer is left
     */
    public static Set<String> trainedLayers(ParameterLayout layout, List<String> stages) {
        Set<String> trained = layers(layout);
        trained.removeAll(layers(layout, stages));
        if (trained.isEmpty()) {
            throw new IllegalArgumentException(
                    "freeze = %s leaves nothing to train; leave out a stage".formatted(stages));
        }
        return trained;
    }

    private static Set<String> layers(ParameterLayout layout) {
        return layout.segments().stream()
                .map(ParameterLayout.Segment::vertex)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Set<String> layers(ParameterLayout layout, List<String> stages) {
        Set<String> normalised = layout.segments().stream()
                .filter(segment -> segment.kind() == ParameterSpec.Kind.RUNNING_MEAN)
                .map(ParameterLayout.Segment::vertex)
                .collect(Collectors.toSet());
        Set<String> frozen = new LinkedHashSet<>();
        for (String stage : stages) {
            Set<String> ofStage = layers(layout);
            ofStage.removeIf(layer -> !belongs(layer, stage, normalised));
            if (ofStage.isEmpty()) {
                throw new IllegalArgumentException(
                        "There is no stage \"%s\" to freeze; stages are stem, layer1, layer2, …, fc, backbone and batchnorm"
                                .formatted(stage));
            }
            frozen.addAll(ofStage);
        }
        return frozen;
    }

    private static boolean belongs(String layer, String stage, Set<String> normalised) {
        return switch (stage) {
            case "stem" -> layer.equals("conv1") || layer.equals("bn1");
            case "backbone" -> !layer.equals(ResNet.LOGITS);
            case "batchnorm" -> normalised.contains(layer);
            default -> layer.equals(stage) || layer.startsWith(stage + ".");
        };
    }
}
