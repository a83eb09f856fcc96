package io.resnetspark.pipeline.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.resnetspark.model.BlockKind;
import io.resnetspark.model.Normalisation;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.Stem;
import io.resnetspark.model.block.Shortcut;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.input.Preprocessing;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Small models to register. The registry does not look into weights. */
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

    private Candidates() {}

    /** Checkpoint {@code checkpoint} of run {@code run}; other runs have other weights. */
    static NewVersion of(String run, String checkpoint) {
        float[] values = {run.hashCode(), checkpoint.hashCode(), 0.5f, Float.MIN_VALUE};
        Lineage lineage = new Lineage(
                "runs/" + run,
                Optional.of(new Lineage.RunOrigin(run, "runs/" + run, checkpoint, 12.5)),
                Optional.of(new Lineage.DatasetOrigin("data/wine", "d-1", 3, 45_000)),
                Optional.of("registry:wine@1"),
                JsonNodeFactory.instance.objectNode().put("learningRate", 0.1),
                Map.of("spark", "3.5"),
                Map.of("kernels", "oneDNN"));
        return NewVersion.of(CARD, new StateDict(Map.of("fc.weight", Tensor.of(values, 2, 2))), lineage)
                .withMetrics(Map.of("val_top1", 0.75))
                .withAttachment("report/index.html", ("<p>" + run).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    static NewVersion of(String run) {
        return of(run, "round-000010");
    }
}
