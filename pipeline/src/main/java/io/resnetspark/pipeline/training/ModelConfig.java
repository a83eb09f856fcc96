package io.resnetspark.pipeline.training;

import io.resnetspark.model.NetworkName;
import io.resnetspark.model.ParameterLayout;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * The network, where its weights come from, and which of them are trained.
 *
 * @param arch name of the network, for example {@code resnet18} or {@code cifar-resnet20+norm=none}
 * @param inputSize height and width of the network's input in pixels; the architecture's own if empty
 * @param weights where to start from: a run, a weights file, {@code registry:NAME}; random initialisation if empty
 * @param zeroInitResidual whether blocks start as the identity (zero-γ)
 * @param freeze stages that keep their weights, for example {@code stem, layer1}; {@code backbone} is all but the head
 * @param frozenFeatures what happens to images when only the head is trained
 */
@RecordBuilder
public record ModelConfig(
        String arch,
        Optional<Integer> inputSize,
        Optional<String> weights,
        ZeroInitResidual zeroInitResidual,
        List<String> freeze,
        FrozenFeatures frozenFeatures)
        implements ModelConfigBuilder.With, Serializable {

    /** Initial scale of each block's last batch norm. */
    public enum ZeroInitResidual {
        OFF,
        ON
    }

    /** How the frozen part of a network sees images when only the head is trained. */
    public enum FrozenFeatures {
        /** Once per image, prepared as for evaluation: augmentation does not apply, except label smoothing. */
        CACHED,
        /** In every epoch, augmented. */
        RECOMPUTED
    }

    public ModelConfig {
        freeze = List.copyOf(freeze);
        if (!freeze.isEmpty() && !arch.isBlank()) { // experiments name their networks later
            FrozenStages.trainedLayers(
                    ParameterLayout.of(NetworkName.parse(arch).spec()), freeze);
        }
    }
}
