package io.resnetspark.model.inference;

import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.kernel.InferenceStep;
import io.resnetspark.model.kernel.InferenceStep.Connect;
import io.resnetspark.model.kernel.InferenceStep.Convolve;
import io.resnetspark.model.kernel.InferenceStep.Value;
import io.resnetspark.model.kernel.StraightNetwork;
import io.resnetspark.model.layer.BatchNorm;
import io.resnetspark.model.layer.Convolution;
import io.resnetspark.model.layer.GlobalAverage;
import io.resnetspark.model.layer.Linear;
import io.resnetspark.model.layer.MaxPool;
import io.resnetspark.model.layer.PadShortcut;
import io.resnetspark.model.layer.Relu;
import io.resnetspark.model.layer.ResidualAdd;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.Window;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;

/**
 * Turns a network's graph into straight-line code by asking the logits for their inputs, those for theirs, and so on. On
 * the way a batch norm disappears into the convolution before it (Jacob et al. 2017, arXiv:1712.05877, section 3.2), and a
 * residual sum into its branch's last convolution. Shortcuts are computed before branches, so that the sum is formed where
 * the shortcut lies.
 */
final class Folding {

    private final ComputationGraphConfiguration graph;
    private final StateDict weights;
    private final Map<String, Value> values = new HashMap<>();
    private final List<InferenceStep> steps = new ArrayList<>();

    private Folding(ComputationGraphConfiguration graph, StateDict weights) {
        this.graph = graph;
        this.weights = weights;
    }

    /** @throws BadDataException if a parameter is missing or of another size than the network's */
    static StraightNetwork fold(ResNetSpec spec, StateDict weights) {
        Folding folding = new Folding(ResNet.configuration(spec, 0), weights);
        Value images = new Value(0, new ImageShape(1, spec.inputSize(), spec.inputSize(), spec.channels()));
        folding.values.put(ResNet.IMAGES, images);
        folding.value(ResNet.LOGITS);
        return new StraightNetwork(images, folding.steps);
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
            List<String> summands = graph.getVertexInputs().get(vertex);
            Value shortcut = value(summands.get(1));
            return convolve(linear(summands.get(0)), Optional.of(shortcut), add.activation());
        }
        if (operation instanceof BatchNorm norm) {
            return convolve(linear(vertex), Optional.empty(), norm.activation());
        }
        if (operation instanceof Relu) {
            return convolve(linear(input(vertex)), Optional.empty(), Activation.RELU);
        }
        if (operation instanceof Convolution || operation instanceof PadShortcut) {
            return convolve(linear(vertex), Optional.empty(), Activation.IDENTITY);
        }
        Value input = value(input(vertex));
        if (operation instanceof MaxPool pool) {
            ImageShape output =
                    input.shape().through(pool.window(), input.shape().channels());
            return append(new InferenceStep.MaxPool(input, pool.window(), next(output)));
        }
        if (operation instanceof GlobalAverage) {
            return append(new InferenceStep.GlobalAverage(
                    input, next(pixel(input.shape().channels()))));
        }
        if (operation instanceof Linear layer) {
            float[] weight = parameter(vertex + ".weight", layer.outputs() * layer.inputs())
                    .data();
            float[] bias = parameter(vertex + ".bias", layer.outputs()).data();
            return append(new Connect(input, weight, bias, next(pixel(layer.outputs()))));
        }
        throw new IllegalArgumentException("Cannot compute %s of %s".formatted(vertex, operation));
    }

    /** A convolution not yet appended, so that what follows can still change it. */
    private record Pending(String input, Window window, Filter filter) {}

    /** The vertex as one convolution, batch norm included, its activation not. */
    private Pending linear(String vertex) {
        Object operation = operation(vertex);
        if (operation instanceof Convolution convolution) {
            return new Pending(input(vertex), convolution.window(), filter(vertex, convolution));
        }
        if (operation instanceof PadShortcut pad) {
            int inputs = value(input(vertex)).shape().channels();
            return new Pending(input(vertex), pad.window(), Filter.intoMiddle(inputs, pad.outputs()));
        }
        if (operation instanceof BatchNorm && operation(input(vertex)) instanceof Convolution convolution) {
            Pending before = linear(input(vertex));
            int channels = convolution.outputs();
            Filter normalised = before.filter()
                    .normalised(
                            parameter(vertex + ".weight", channels),
                            parameter(vertex + ".bias", channels),
                            parameter(vertex + ".running_mean", channels),
                            parameter(vertex + ".running_var", channels),
                            BatchNorm.EPSILON);
            return new Pending(before.input(), before.window(), normalised);
        }
        throw new IllegalArgumentException("%s of %s is no convolution".formatted(vertex, operation));
    }

    private Filter filter(String vertex, Convolution convolution) {
        int outputs = convolution.outputs();
        int length = outputs
                * convolution.inputs()
                * convolution.window().size()
                * convolution.window().size();
        float[] bias =
                switch (convolution.bias()) {
                    case NONE -> new float[outputs];
                    case ADDED -> parameter(vertex + ".bias", outputs).data();
                };
        return new Filter(parameter(vertex + ".weight", length).data(), bias);
    }

    private Value convolve(Pending pending, Optional<Value> addend, Activation activation) {
        Value input = value(pending.input());
        ImageShape output =
                input.shape().through(pending.window(), pending.filter().bias().length);
        return append(new Convolve(
                input,
                pending.window(),
                pending.filter().weight(),
                pending.filter().bias(),
                addend,
                activation,
                next(output)));
    }

    private Value append(InferenceStep step) {
        steps.add(step);
        return step.writes();
    }

    private Value next(ImageShape shape) {
        return new Value(steps.size() + 1, shape);
    }

    private static ImageShape pixel(int channels) {
        return new ImageShape(1, 1, 1, channels);
    }

    private Object operation(String vertex) {
        GraphVertex configured = graph.getVertices().get(vertex);
        return configured instanceof LayerVertex layer ? layer.getLayerConf().getLayer() : configured;
    }

    private String input(String vertex) {
        return graph.getVertexInputs().get(vertex).get(0);
    }

    private Tensor parameter(String key, int length) {
        Tensor tensor = weights.find(key).orElseThrow(() -> new BadDataException("The weights lack " + key));
        if (tensor.size() != length) {
            throw new BadDataException("The weights have %s of shape %s, the network needs %d values"
                    .formatted(key, Arrays.toString(tensor.shape()), length));
        }
        return tensor;
    }
}
