package io.resnetspark.model.training;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.kernel.InferenceStep.Value;
import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.kernel.Statistics;
import io.resnetspark.model.kernel.TrainingNetwork;
import io.resnetspark.model.kernel.TrainingStep;
import io.resnetspark.model.kernel.TrainingStep.Learning;
import io.resnetspark.model.layer.BatchNorm;
import io.resnetspark.model.layer.Convolution;
import io.resnetspark.model.layer.Freezable;
import io.resnetspark.model.layer.GlobalAverage;
import io.resnetspark.model.layer.Linear;
import io.resnetspark.model.layer.MaxPool;
import io.resnetspark.model.layer.PadShortcut;
import io.resnetspark.model.layer.Relu;
import io.resnetspark.model.layer.ResidualAdd;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Turns a network's graph into straight-line code for training, by asking the logits for their inputs, those for theirs, and
 * so on. A residual sum joins the batch norm that ends its branch; its shortcut is computed before the branch.
 */
public final class TrainingCode {

    private final ComputationGraph network;
    private final Map<String, ParameterSlice> places = new HashMap<>();
    private final Map<String, Value> values = new HashMap<>();
    private final List<TrainingStep> steps = new ArrayList<>();

    private TrainingCode(ComputationGraph network, ParameterLayout layout) {
        this.network = network;
        for (ParameterLayout.Segment segment : layout.segments()) {
            places.put(
                    segment.vertex() + "." + segment.parameter(),
                    new ParameterSlice(segment.offset(), segment.length()));
        }
    }

    /**
     * The code of a network with its layers as they are frozen now.
     *
     * @param image shape of one image, or of one pixel for a head alone
     */
    public static TrainingNetwork of(ComputationGraph network, ImageShape image) {
        ParameterLayout layout = ParameterLayout.of(network);
        TrainingCode code = new TrainingCode(network, layout);
        Value images = new Value(0, image);
        code.values.put(ResNet.IMAGES, images);
        code.value(ResNet.LOGITS);
        return new TrainingNetwork(images, code.steps, layout.length());
    }

    /** The value of a vertex, computed by steps that are appended first if they have not been yet. */
    private Value value(String vertex) {
        Value known = values.get(vertex);
        if (known == null) {
            known = compute(vertex);
            values.put(vertex, known);
        }
        return known;
    }

    private Value compute(String vertex) {
        Object operation = operation(vertex);
        if (operation instanceof ResidualAdd add) {
            return sum(vertex, add);
        }
        if (operation instanceof BatchNorm norm) {
            return normalise(vertex, norm.activation(), Optional.empty());
        }
        Value input = value(input(vertex));
        ImageShape shape = input.shape();
        if (operation instanceof Convolution convolution) {
            requireChannels(vertex, convolution.inputs(), shape);
            Optional<ParameterSlice> bias =
                    convolution.bias() == Bias.ADDED ? Optional.of(place(vertex, "bias")) : Optional.empty();
            ImageShape output = shape.through(convolution.window(), convolution.outputs());
            return append(new TrainingStep.Convolve(
                    input, convolution.window(), place(vertex, "weight"), bias, learning(vertex), next(output)));
        }
        if (operation instanceof Relu) {
            return append(new TrainingStep.Rectify(input, next(shape)));
        }
        if (operation instanceof MaxPool pool) {
            return append(new TrainingStep.MaxPool(
                    input, pool.window(), next(shape.through(pool.window(), shape.channels()))));
        }
        if (operation instanceof GlobalAverage) {
            return append(new TrainingStep.GlobalAverage(input, next(pixel(shape.channels()))));
        }
        if (operation instanceof PadShortcut pad) {
            Window window = pad.window();
            return append(new TrainingStep.Pad(input, window.stride(), next(shape.through(window, pad.outputs()))));
        }
        if (operation instanceof Linear linear) {
            requireChannels(vertex, linear.inputs(), shape);
            return append(new TrainingStep.Connect(
                    input,
                    place(vertex, "weight"),
                    place(vertex, "bias"),
                    learning(vertex),
                    next(pixel(linear.outputs()))));
        }
        throw new IllegalArgumentException("Cannot train %s of %s as code".formatted(vertex, operation));
    }

    private Value sum(String vertex, ResidualAdd add) {
        List<String> summands = network.getConfiguration().getVertexInputs().get(vertex);
        String branch = summands.get(0);
        Value shortcut = value(summands.get(1));
        if (operation(branch) instanceof BatchNorm norm && norm.activation() == Activation.IDENTITY) {
            return normalise(branch, add.activation(), Optional.of(shortcut));
        }
        Value ending = value(branch);
        return append(new TrainingStep.Sum(ending, shortcut, add.activation(), next(ending.shape())));
    }

    private Value normalise(String vertex, Activation activation, Optional<Value> addend) {
        Value input = value(input(vertex));
        return append(new TrainingStep.Normalise(
                input,
                place(vertex, "weight"),
                place(vertex, "bias"),
                place(vertex, "mean"),
                place(vertex, "var"),
                BatchNorm.EPSILON,
                BatchNorm.MOMENTUM,
                learning(vertex) == Learning.TRAINED ? Statistics.BATCH : Statistics.GIVEN,
                addend,
                activation,
                next(input.shape())));
    }

    private static void requireChannels(String vertex, int expected, ImageShape shape) {
        if (shape.channels() != expected) {
            throw new IllegalArgumentException(
                    "%s takes %d channels, not %d".formatted(vertex, expected, shape.channels()));
        }
    }

    private Value append(TrainingStep step) {
        steps.add(step);
        return step.writes();
    }

    private Value next(ImageShape shape) {
        return new Value(steps.size() + 1, shape);
    }

    private static ImageShape pixel(int channels) {
        return new ImageShape(1, 1, 1, channels);
    }

    private ParameterSlice place(String vertex, String parameter) {
        return places.get(vertex + "." + parameter);
    }

    private Learning learning(String vertex) {
        boolean frozen = network.getLayer(vertex) instanceof Freezable layer && layer.frozen();
        return frozen ? Learning.FROZEN : Learning.TRAINED;
    }

    private Object operation(String vertex) {
        GraphVertex configured = network.getConfiguration().getVertices().get(vertex);
        return configured instanceof LayerVertex layer ? layer.getLayerConf().getLayer() : configured;
    }

    private String input(String vertex) {
        return network.getConfiguration().getVertexInputs().get(vertex).get(0);
    }
}
