package io.resnetspark.model;

import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.layer.BatchNorm;
import io.resnetspark.model.layer.Convolution;
import io.resnetspark.model.layer.KernelLayerConf;
import io.resnetspark.model.layer.MaxPool;
import io.resnetspark.model.layer.ParameterSpec;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;

/**
 * What a network looks like, vertex by vertex, without building it.
 *
 * @param rows vertices in the order of computation
 */
public record NetworkTable(List<Row> rows) {

    /**
     * One vertex.
     *
     * @param name torchvision's name
     * @param kind layer type
     * @param setting of a convolution or pooling, for example {@code 3x3, stride 2}; empty for others
     * @param inputs names of the vertices it reads
     * @param outputShape of one image: {@code [H, W, C]} or {@code [C]}
     * @param parameters trainable parameters
     * @param multiplyAccumulates for one image
     */
    public record Row(
            String name,
            String kind,
            String setting,
            List<String> inputs,
            List<Long> outputShape,
            long parameters,
            long multiplyAccumulates) {}

    public static NetworkTable of(ResNetSpec spec) {
        ComputationGraphConfiguration graph = ResNet.configuration(spec, 0);
        Map<String, InputType> types = graph.getLayerActivationTypes(
                InputType.convolutional(spec.inputSize(), spec.inputSize(), spec.channels(), CNN2DFormat.NHWC));
        List<Row> rows = new ArrayList<>();
        // DL4J keeps the vertices in the order in which they were added, which is the order of computation.
        for (Map.Entry<String, GraphVertex> vertex : graph.getVertices().entrySet()) {
            String name = vertex.getKey();
            rows.add(row(name, vertex.getValue(), graph.getVertexInputs().getOrDefault(name, List.of()), types));
        }
        return new NetworkTable(List.copyOf(rows));
    }

    private static Row row(String name, GraphVertex vertex, List<String> inputs, Map<String, InputType> types) {
        List<Long> shape = shape(Objects.requireNonNull(types.get(name), name));
        if (vertex instanceof LayerVertex layer
                && layer.getLayerConf().getLayer() instanceof KernelLayerConf configuration) {
            long parameters = configuration.parameters().stream()
                    .filter(parameter -> parameter.kind().trainable())
                    .mapToLong(ParameterSpec::length)
                    .sum();
            long work = configuration.multiplyAccumulates(types.get(inputs.get(0)));
            return new Row(
                    name,
                    configuration.getClass().getSimpleName(),
                    setting(configuration),
                    inputs,
                    shape,
                    parameters,
                    work);
        }
        return new Row(name, vertex.getClass().getSimpleName(), "", inputs, shape, 0, 0);
    }

    private static String setting(KernelLayerConf layer) {
        if (layer instanceof Convolution convolution) {
            String bias = convolution.bias() == Bias.ADDED ? ", bias" : "";
            return window(convolution.window()) + bias;
        }
        if (layer instanceof BatchNorm norm) {
            return norm.activation() == Activation.RELU ? "and ReLU" : "";
        }
        return layer instanceof MaxPool pool ? window(pool.window()) : "";
    }

    private static String window(Window window) {
        String size = "%dx%d".formatted(window.size(), window.size());
        return window.stride() == 1 ? size : "%s, stride %d".formatted(size, window.stride());
    }

    private static List<Long> shape(InputType type) {
        return type instanceof InputType.InputTypeConvolutional image
                ? List.of(image.getHeight(), image.getWidth(), image.getChannels())
                : List.of(type.arrayElementsPerExample());
    }

    /** Trainable parameters of the whole network. */
    public long parameters() {
        return rows.stream().mapToLong(Row::parameters).sum();
    }

    /** Multiply-accumulate operations of one image. */
    public long multiplyAccumulates() {
        return rows.stream().mapToLong(Row::multiplyAccumulates).sum();
    }

    /** The row of the vertex {@code name}. */
    public Row row(String name) {
        return rows.stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No vertex " + name));
    }
}
