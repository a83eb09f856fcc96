package io.resnetspark.model.checkpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.program.Quantization;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.StateDictMatcher;
import io.resnetspark.model.weights.StateDictMatcher.HeadPolicy;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What must travel with weights so that they can be used.
 *
 * @param spec the network
 * @param labels class names by index, one per class of the network
 * @param preprocessing how images become the network's input
 * @param quantization the ranges of its maps; null if it was not quantised
 */
public record ModelCard(
        ResNetSpec spec,
        List<String> labels,
        Preprocessing preprocessing,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Quantization quantization)
        implements Serializable {

    public ModelCard {
        labels = List.copyOf(labels);
        if (labels.size() != spec.classes()) {
            throw new ConfigurationException(
                    "%d class names for a network of %d classes".formatted(labels.size(), spec.classes()));
        }
        if (preprocessing.channels() != spec.channels()) {
            throw new ConfigurationException("Images of %d channels for a network that takes %d"
                    .formatted(preprocessing.channels(), spec.channels()));
        }
    }

    /** Not quantised. */
    public ModelCard(ResNetSpec spec, List<String> labels, Preprocessing preprocessing) {
        this(spec, labels, preprocessing, null);
    }

    /** With other names for its classes. */
    public ModelCard withLabels(List<String> names) {
        return new ModelCard(spec, names, preprocessing, quantization);
    }

    /** @param ranges of its quantisation; null for none */
    public ModelCard with(@Nullable Quantization ranges) {
        return new ModelCard(spec, labels, preprocessing, ranges);
    }

    /** The quantisation, if there is one. */
    public Optional<Quantization> quantized() {
        return Optional.ofNullable(quantization);
    }

    /**
     * The weights of this network, under its names and checked: every model passes here before it is used or kept.
     *
     * @param source how to name the weights in messages
     * @throws BadDataException if they do not fit, or have values that no trained network has
     */
    public StateDict fitted(StateDict weights, String source) {
        return StateDictMatcher.match(ParameterLayout.of(spec).shapes(), weights, HeadPolicy.REQUIRE, source)
                .weights();
    }
}
