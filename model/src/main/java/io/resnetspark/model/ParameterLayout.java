package io.resnetspark.model;

import io.resnetspark.model.layer.KernelLayerConf;
import io.resnetspark.model.layer.ParameterSpec;
import io.resnetspark.model.program.ParameterSlice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.util.GraphIndices;

/**
 * Where each parameter lies in a network's flat parameter vector (and, alike, in its gradient and optimiser state).
 *
 * @param segments one per parameter, without gaps, in the order of the vector
 */
public record ParameterLayout(List<Segment> segments) {

    /**
     * One parameter.
     *
     * @param vertex torchvision's module name, for example {@code layer1.0.bn1}
     * @param parameter the layer's own name, for example {@code weight}
     * @param kind how it is trained and averaged
     * @param shape PyTorch's shape
     * @param offset of its first value
     * @param length number of values
     */
    public record Segment(
            String vertex, String parameter, ParameterSpec.Kind kind, List<Long> shape, int offset, int length) {

        /** The key of a torchvision state dict, for example {@code layer1.0.bn1.running_mean}. */
        public String key() {
            String name =
                    switch (kind) {
                        case RUNNING_MEAN -> "running_mean";
                        case RUNNING_VARIANCE -> "running_var";
                        case WEIGHT, SCALE_OR_BIAS -> parameter;
                    };
            return vertex + "." + name;
        }

        public int end() {
            return offset + length;
        }

        public ParameterSlice slice() {
            return new ParameterSlice(offset, length);
        }
    }

    public ParameterLayout {
        segments = List.copyOf(segments);
    }

    /** The layout of the network that {@code spec} describes. */
    public static ParameterLayout of(ResNetSpec spec) {
        return of(new ComputationGraph(ResNet.configuration(spec, 0)));
    }

    /** The layout of a network, which need not be initialised: only names and shapes count. */
    public static ParameterLayout of(ComputationGraph network) {
        GraphIndices indices = network.calculateIndices();
        List<Segment> segments = new ArrayList<>();
        int offset = 0;
        for (int index : indices.getTopologicalSortOrder()) {
            String name = Objects.requireNonNull(indices.getIdxToName().get(index));
            if (!(network.getConfiguration().getVertices().get(name) instanceof LayerVertex vertex)
                    || !(vertex.getLayerConf().getLayer() instanceof KernelLayerConf layer)) {
                continue;
            }
            for (ParameterSpec parameter : layer.parameters()) {
                int length = Math.toIntExact(parameter.length());
                List<Long> shape =
                        java.util.Arrays.stream(parameter.shape()).boxed().toList();
                segments.add(new Segment(name, parameter.name(), parameter.kind(), shape, offset, length));
                offset += length;
            }
        }
        return new ParameterLayout(segments);
    }

    /** Length of the flat vector. */
    public int length() {
        return segments.isEmpty() ? 0 : segments.get(segments.size() - 1).end();
    }

    /** Where each parameter lies, by vertex and its own name: {@code layer1.0.bn1.mean}. */
    public Map<String, ParameterSlice> slices() {
        Map<String, ParameterSlice> slices = new LinkedHashMap<>();
        segments.forEach(segment -> slices.put(segment.vertex() + "." + segment.parameter(), segment.slice()));
        return slices;
    }

    /** Shapes by state-dict key. */
    public Map<String, long[]> shapes() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        segments.forEach(segment -> shapes.put(
                segment.key(),
                segment.shape().stream().mapToLong(Long::longValue).toArray()));
        return shapes;
    }
}
