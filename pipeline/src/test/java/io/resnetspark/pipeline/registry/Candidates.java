package io.resnetspark.pipeline.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.resnetspark.model.BlockKind;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.Stem;
import io.resnetspark.model.block.Normalisation;
import io.resnetspark.model.block.Shortcut;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Small models to register. */
final class Candidates {

    static final ModelCard CARD = new ModelCard(
            new ResNetSpec(
                    "tiny",
                    Stem.CIFAR,
                    BlockKind.BASIC,
                    Shortcut.PAD,
                    Normalisation.BATCH,
                    List.of(1),
                    List.of(4),
                    2,
                    3,
                    8,
                    1f),
            List.of("Käse", "wine, red"),
            new Preprocessing(3, 8, 8, List.of(0.1f, 0.2f, 0.3f), List.of(0.4f, 0.5f, 0.6f)));

    private static final Map<String, long[]> SHAPES =
            ParameterLayout.of(CARD.spec()).shapes();

    private Candidates() {}

    /** Checkpoint {@code checkpoint} of run {@code run}; other runs have other weights. */
    static NewVersion of(String run, String checkpoint) {
        Lineage lineage = new Lineage(
                "runs/" + run,
                Optional.of(new Lineage.RunOrigin(run, "runs/" + run, checkpoint, 12.5)),
                Optional.of(new Lineage.DatasetOrigin("data/wine", "d-1", 3, 45_000)),
                Optional.of("registry:wine@1"),
                JsonNodeFactory.instance.objectNode().put("learningRate", 0.1),
                Map.of("spark", "3.5"),
                Map.of("kernels", "oneDNN"));
        return NewVersion.of(CARD, weights(run.hashCode(), checkpoint.hashCode()), lineage)
                .withMetrics(Map.of("val_top1", 0.75))
                .withAttachment("report/index.html", ("<p>" + run).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /** Two values of one's choice, among others that are all alike. */
    static StateDict weights(float first, float second) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        SHAPES.forEach((name, shape) -> {
            int size = 1;
            for (long length : shape) {
                size *= (int) length;
            }
            float[] values = new float[size];
            Arrays.fill(values, Float.MIN_VALUE);
            weights.put(name, new Tensor(shape, values));
        });
        weights.get("fc.weight").data()[0] = first;
        weights.get("fc.weight").data()[1] = second;
        return new StateDict(weights);
    }

    static NewVersion of(String run) {
        return of(run, "round-000010");
    }
}
