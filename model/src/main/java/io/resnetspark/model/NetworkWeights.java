package io.resnetspark.model;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Moves weights between a network and a state dict under torchvision's keys. */
public final class NetworkWeights {

    private NetworkWeights() {}

    /** A copy of the network's parameters and running statistics. */
    public static StateDict of(ComputationGraph network) {
        return fromFlat(ParameterLayout.of(network), FlatVector.copyOf(network.params()));
    }

    /** The parameters in a flat vector of the given layout, by name. */
    public static StateDict fromFlat(ParameterLayout layout, float[] flat) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (ParameterLayout.Segment segment : layout.segments()) {
            long[] shape = segment.shape().stream().mapToLong(Long::longValue).toArray();
            tensors.put(segment.key(), Tensor.of(Arrays.copyOfRange(flat, segment.offset(), segment.end()), shape));
        }
        return new StateDict(tensors);
    }

    /**
     * The flat vector of the given layout.
     *
     * @throws BadDataException if a parameter is missing or has another shape; {@link
     *     io.resnetspark.model.weights.StateDictMatcher} lists all such problems of a file from elsewhere first
     */
    public static float[] toFlat(ParameterLayout layout, StateDict weights) {
        float[] flat = new float[layout.length()];
        for (ParameterLayout.Segment segment : layout.segments()) {
            Tensor tensor = weights.find(segment.key())
                    .orElseThrow(() -> new BadDataException("The weights lack " + segment.key()));
            if (tensor.size() != segment.length()) {
                throw new BadDataException("The weights have %s of shape %s, the network needs %s"
                        .formatted(segment.key(), Arrays.toString(tensor.shape()), segment.shape()));
            }
            System.arraycopy(tensor.data(), 0, flat, segment.offset(), segment.length());
        }
        return flat;
    }

    /** Replaces the network's parameters and running statistics. */
    public static void load(ComputationGraph network, StateDict weights) {
        float[] flat = toFlat(ParameterLayout.of(network), weights);
        FlatVector.set(network.params(), flat);
    }
}
