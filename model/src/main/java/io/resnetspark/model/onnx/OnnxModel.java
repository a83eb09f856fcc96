package io.resnetspark.model.onnx;

import static io.resnetspark.model.onnx.OnnxGraph.attribute;

import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.inference.SharedNetwork;
import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.layer.BatchNorm;
import io.resnetspark.model.layer.Convolution;
import io.resnetspark.model.layer.GlobalAverage;
import io.resnetspark.model.layer.Linear;
import io.resnetspark.model.layer.MaxPool;
import io.resnetspark.model.layer.PadShortcut;
import io.resnetspark.model.layer.Relu;
import io.resnetspark.model.layer.ResidualAdd;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.model.program.Window;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.TensorProto.DataType;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;

/**
 * A network as ONNX: one node for each layer, under torchvision's names, weights under the keys of its state dict. The
 * input {@code images} and the output {@code logits} have a batch axis of any size. Nothing is folded: ONNX Runtime does
 * that when it loads the model, and other tools find the layers they know. A quantised model is folded, and written in 8-bit
 * integers (see {@link QuantizedNetwork}).
 *
 * <p>Metadata: {@value #CLASSES}, a JSON array by index; {@value #PREPROCESSING}, a JSON object; and the model card under
 * {@link CheckpointFormat#CARD_KEY}.
 */
public final class OnnxModel {

    public static final String CLASSES = "classes";
    public static final String PREPROCESSING = "preprocessing";

    /** Name of the output. */
    public static final String LOGITS = "logits";

    /** The first with everything that is used here in its present form; ONNX 1.12, of 2022. */
    private static final int OPSET = 17;

    private static final int IR_VERSION = 8;
    private static final String PRODUCER = "resnet-spark";

    /** ONNX's word for the end of an axis, whatever its size. */
    private static final long END = Long.MAX_VALUE;

    private final StateDict weights;
    private final OnnxGraph graph;
    private final Map<String, InputType> types;
    /** Names of the values by vertex: with an activation of its own, a vertex is two nodes. */
    private final Map<String, String> values = new HashMap<>();

    private OnnxModel(StateDict weights, OnnxGraph graph, Map<String, InputType> types) {
        this.weights = weights;
        this.graph = graph;
        this.types = types;
    }

    /**
     * Writes a model. Equal arguments give equal bytes.
     *
     * @param weights those of the card's network, see {@link ModelCard#fitted}
     * @param pixels what the graph takes
     * @param out left open
     */
    public static void write(ModelCard card, StateDict weights, OnnxInput pixels, OutputStream out) throws IOException {
        ResNetSpec spec = card.spec();
        OnnxGraph graph = new OnnxGraph(spec.architecture());
        String input = images(graph, card.preprocessing(), spec, pixels);
        if (card.quantized().isPresent()) {
            QuantizedNetwork.append(
                    graph, SharedNetwork.program(spec, weights).in(InferencePrecision.INT8, card.quantized()), input);
        } else {
            append(graph, spec, weights, input);
        }
        graph.output(LOGITS, "One score for each class; their softmax are probabilities.", spec.classes());

        ModelProto.Builder proto = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName(PRODUCER)
                .setGraph(graph.build());
        proto.addOpsetImportBuilder().setVersion(OPSET);
        metadata(proto, CLASSES, CheckpointFormat.format(card.labels()));
        metadata(proto, PREPROCESSING, CheckpointFormat.format(card.preprocessing()));
        metadata(proto, CheckpointFormat.CARD_KEY, CheckpointFormat.format(card));
        proto.build().writeTo(out);
    }

    private static void append(OnnxGraph graph, ResNetSpec spec, StateDict weights, String input) {
        ComputationGraphConfiguration network = ResNet.configuration(spec, 0);
        InputType images =
                InputType.convolutional(spec.inputSize(), spec.inputSize(), spec.channels(), CNN2DFormat.NHWC);
        OnnxModel model = new OnnxModel(weights, graph, network.getLayerActivationTypes(images));
        model.values.put(ResNet.IMAGES, input);
        // DL4J keeps the vertices in the order in which they were added, which is the order of computation.
        network.getVertices().forEach((name, vertex) -> {
            if (!name.equals(ResNet.LOSS)) {
                model.append(name, vertex, network.getVertexInputs().get(name));
            }
        });
    }

    private static void metadata(ModelProto.Builder proto, String key, String value) {
        proto.addMetadataPropsBuilder().setKey(key).setValue(value);
    }

    /** The input, and what makes normalised {@code [N, C, H, W]} of it. */
    private static String images(OnnxGraph graph, Preprocessing preprocessing, ResNetSpec spec, OnnxInput input) {
        String images = ResNet.IMAGES;
        long size = spec.inputSize();
        long channels = spec.channels();
        String prepared = "Shorter side resized to %d pixels, %s, the middle %d x %d cut out"
                .formatted(
                        preprocessing.resizeShorterSide(),
                        preprocessing.filter().label(),
                        size,
                        size);
        switch (input) {
            case FLOAT32 -> {
                graph.input(
                        images,
                        DataType.FLOAT,
                        "%s; (pixel / 255 - %s) / %s".formatted(prepared, preprocessing.mean(), preprocessing.std()),
                        channels,
                        size,
                        size);
                return images;
            }
            case UINT8 -> {
                graph.input(images, DataType.UINT8, prepared, size, size, channels);
                // In the order and precision of our own preprocessing, so that the bits are the same.
                String x =
                        graph.node("Cast", "images.cast", List.of(images), attribute("to", DataType.FLOAT.getNumber()));
                String most = graph.floats("images.maximum", new float[] {255});
                x = graph.node("Div", "images.scaled", List.of(x, most));
                x = graph.node("Sub", "images.centred", List.of(x, channels(graph, "mean", preprocessing.mean())));
                x = graph.node("Div", "images.normalised", List.of(x, channels(graph, "std", preprocessing.std())));
                return graph.node("Transpose", "images.nchw", List.of(x), attribute("perm", new long[] {0, 3, 1, 2}));
            }
        }
        throw new AssertionError(input);
    }

    private static String channels(OnnxGraph graph, String name, List<Float> values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return graph.floats("images." + name, array, array.length);
    }

    private void append(String vertex, GraphVertex configured, List<String> reads) {
        Object operation =
                configured instanceof LayerVertex layer ? layer.getLayerConf().getLayer() : configured;
        List<String> inputs = reads.stream().map(values::get).toList();
        if (operation instanceof PadShortcut pad) {
            int channels = (int) ((InputTypeConvolutional) types.get(reads.get(0))).getChannels();
            values.put(vertex, padded(vertex, inputs.get(0), channels, pad));
        } else {
            values.put(vertex, node(vertex, operation, inputs));
        }
    }

    private String node(String vertex, Object operation, List<String> inputs) {
        if (operation instanceof Convolution convolution) {
            List<String> operands = new ArrayList<>(inputs);
            operands.add(parameter(vertex + ".weight"));
            if (convolution.bias() == Bias.ADDED) {
                operands.add(parameter(vertex + ".bias"));
            }
            return graph.node("Conv", vertex, operands, window(convolution.window()));
        }
        if (operation instanceof BatchNorm norm) {
            List<String> operands = new ArrayList<>(inputs);
            for (String parameter : List.of(".weight", ".bias", ".running_mean", ".running_var")) {
                operands.add(parameter(vertex + parameter));
            }
            String normalised =
                    graph.node("BatchNormalization", vertex, operands, attribute("epsilon", BatchNorm.EPSILON));
            return activated(normalised, norm.activation());
        }
        if (operation instanceof ResidualAdd add) {
            return activated(graph.node("Add", vertex, inputs), add.activation());
        }
        if (operation instanceof Relu) {
            return graph.node("Relu", vertex, inputs);
        }
        if (operation instanceof MaxPool pool) {
            return graph.node("MaxPool", vertex, inputs, window(pool.window()));
        }
        if (operation instanceof GlobalAverage) {
            return graph.node("Flatten", vertex + ".flat", List.of(graph.node("GlobalAveragePool", vertex, inputs)));
        }
        if (operation instanceof Linear) {
            List<String> operands = List.of(inputs.get(0), parameter(vertex + ".weight"), parameter(vertex + ".bias"));
            return graph.node("Gemm", LOGITS, operands, attribute("transB", 1));
        }
        throw new IllegalArgumentException("Cannot write %s of %s".formatted(vertex, operation));
    }

    private String activated(String value, Activation activation) {
        return switch (activation) {
            case IDENTITY -> value;
            case RELU -> graph.node("Relu", value + ".relu", List.of(value));
        };
    }

    static AttributeProto[] window(Window window) {
        int p = window.padding();
        return new AttributeProto[] {
            attribute("kernel_shape", new long[] {window.size(), window.size()}),
            attribute("strides", new long[] {window.stride(), window.stride()}),
            attribute("pads", new long[] {p, p, p, p})
        };
    }

    /** Every stride-th pixel, and zero channels before and after. */
    private String padded(String vertex, String input, int channels, PadShortcut pad) {
        int added = pad.outputs() - channels;
        int stride = pad.window().stride();
        String kept = graph.node(
                "Slice",
                vertex + ".kept",
                List.of(
                        input,
                        graph.integers(vertex + ".starts", 0, 0),
                        graph.integers(vertex + ".ends", END, END),
                        graph.integers(vertex + ".axes", 2, 3),
                        graph.integers(vertex + ".steps", stride, stride)));
        int before = added / 2;
        String pads = graph.integers(vertex + ".pads", 0, before, 0, 0, 0, added - before, 0, 0);
        return graph.node("Pad", vertex, List.of(kept, pads));
    }

    private String parameter(String key) {
        Tensor tensor = weights.tensor(key);
        return graph.floats(key, tensor.data(), tensor.shape());
    }
}
