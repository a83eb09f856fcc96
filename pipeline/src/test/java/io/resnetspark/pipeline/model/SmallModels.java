package io.resnetspark.pipeline.model;

import io.resnetspark.model.NetworkName;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.weights.StateDict;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Models of narrow networks, with random weights. */
final class SmallModels {

    static final List<String> LABELS = List.of("tench, Tinca tinca", "a \"bee\"", "café");

    private SmallModels() {}

    static LoadedModel of(String network) {
        return of(network, new Preprocessing(3, 40, 32, List.of(0.4f, 0.5f, 0.6f), List.of(0.1f, 0.2f, 0.3f)));
    }

    static LoadedModel of(String network, Preprocessing preprocessing) {
        ResNetSpec spec = NetworkName.parse(network)
                .spec()
                .withClasses(LABELS.size())
                .withInput(preprocessing.channels(), preprocessing.inputSize());
        ComputationGraph graph = ResNet.create(spec, 7);
        StateDict weights = NetworkWeights.of(graph);
        ResNet.close(graph);
        return new LoadedModel(new ModelCard(spec, LABELS, preprocessing), weights, network);
    }
}
