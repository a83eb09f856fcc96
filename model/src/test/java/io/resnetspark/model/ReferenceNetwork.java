package io.resnetspark.model;

import io.resnetspark.model.layer.BatchNorm;
import io.resnetspark.model.layer.Convolution;
import io.resnetspark.model.layer.GlobalAverage;
import io.resnetspark.model.layer.Linear;
import io.resnetspark.model.layer.MaxPool;
import io.resnetspark.model.layer.PadShortcut;
import io.resnetspark.model.layer.Relu;
import io.resnetspark.model.layer.ResidualAdd;
import io.resnetspark.model.layer.SoftmaxCrossEntropy;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.Window;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * The forward pass of a network's graph in double precision and plain loops, written from the formulas alone: the oracle of
 * our layers, and, by central differences, of their gradients.
 */
public final class ReferenceNetwork {

    /** Feature maps {@code [n, h, w, c]}, row-major. */
    public record Maps(int n, int h, int w, int c, double[] values) {
        public Maps(int n, int h, int w, int c) {
            this(n, h, w, c, new double[n * h * w * c]);
        }

        double at(int image, int y, int x, int channel) {
            boolean outside = y < 0 || y >= h || x < 0 || x >= w;
            return outside ? 0 : values[index(image, y, x, channel)];
        }

        int index(int image, int y, int x, int channel) {
            return ((image * h + y) * w + x) * c + channel;
        }
    }

    /** Which statistics batch norms use. */
    public enum Mode {
        TRAINING,
        INFERENCE
    }

    private interface PixelFunction {
        double at(int image, int y, int x, int channel);
    }

    private final ComputationGraphConfiguration graph;
    private final Map<String, ParameterLayout.Segment> segments = new LinkedHashMap<>();
    private final Set<String> frozen;

    /** @param frozen batch norms that use their running statistics in training too */
    public ReferenceNetwork(ComputationGraph network, Set<String> frozen) {
        this.graph = network.getConfiguration();
        this.frozen = frozen;
        ParameterLayout.of(network).segments().forEach(segment -> segments.put(segment.key(), segment));
    }

    /** Cross-entropy summed over the images, against labels {@code [n, classes]}. */
    public double loss(double[] parameters, Maps images, float[] labels) {
        Maps logits = activations(parameters, images, Mode.TRAINING).get(ResNet.LOGITS);
        double loss = 0;
        for (int row = 0; row < logits.n(); row++) {
            double sum = 0;
            for (int k = 0; k < logits.c(); k++) {
                sum += Math.exp(logits.at(row, 0, 0, k));
            }
            for (int k = 0; k < logits.c(); k++) {
                loss += labels[row * logits.c() + k] * (Math.log(sum) - logits.at(row, 0, 0, k));
            }
        }
        return loss;
    }

    /** The loss's derivative by one parameter, by central differences. */
    public double derivative(double[] parameters, int index, Maps images, float[] labels) {
        double step = 1e-6;
        double[] moved = parameters.clone();
        moved[index] = parameters[index] + step;
        double above = loss(moved, images, labels);
        moved[index] = parameters[index] - step;
        double below = loss(moved, images, labels);
        return (above - below) / (2 * step);
    }

    /** What every vertex up to the logits computes. */
    public Map<String, Maps> activations(double[] parameters, Maps images, Mode mode) {
        Map<String, Maps> values = new LinkedHashMap<>(Map.of(ResNet.IMAGES, images));
        for (Map.Entry<String, GraphVertex> vertex : graph.getVertices().entrySet()) {
            List<Maps> inputs = graph.getVertexInputs().get(vertex.getKey()).stream()
                    .map(values::get)
                    .toList();
            Object operation = vertex.getValue() instanceof LayerVertex layer
                    ? layer.getLayerConf().getLayer()
                    : vertex.getValue();
            if (!(operation instanceof SoftmaxCrossEntropy)) {
                values.put(vertex.getKey(), apply(operation, vertex.getKey(), parameters, inputs, mode));
            }
        }
        return values;
    }

    private Maps apply(Object operation, String name, double[] parameters, List<Maps> inputs, Mode mode) {
        Maps x = inputs.get(0);
        if (operation instanceof Convolution convolution) {
            return convolve(convolution, name, parameters, x);
        }
        if (operation instanceof BatchNorm norm) {
            Mode statistics = frozen.contains(name) ? Mode.INFERENCE : mode;
            return normalise(norm.activation(), name, parameters, x, statistics);
        }
        if (operation instanceof ResidualAdd add) {
            Maps shortcut = inputs.get(1);
            return map(
                    x.n(),
                    x.h(),
                    x.w(),
                    x.c(),
                    (n, i, j, c) -> activate(add.activation(), x.at(n, i, j, c) + shortcut.at(n, i, j, c)));
        }
        if (operation instanceof Relu) {
            return map(x.n(), x.h(), x.w(), x.c(), (n, i, j, c) -> activate(Activation.RELU, x.at(n, i, j, c)));
        }
        if (operation instanceof MaxPool pool) {
            return maximum(pool.window(), x);
        }
        if (operation instanceof PadShortcut pad) {
            Window window = pad.window();
            int before = (pad.outputs() - x.c()) / 2;
            return map(
                    x.n(),
                    window.outputSize(x.h()),
                    window.outputSize(x.w()),
                    pad.outputs(),
                    (n, i, j, c) -> c < before || c >= before + x.c()
                            ? 0
                            : x.at(n, i * window.stride(), j * window.stride(), c - before));
        }
        if (operation instanceof GlobalAverage) {
            return map(x.n(), 1, 1, x.c(), (n, i, j, c) -> mean(x, n, c));
        }
        if (operation instanceof Linear linear) {
            return map(x.n(), 1, 1, linear.outputs(), (n, i, j, o) -> {
                double sum = parameter(parameters, name + ".bias", o);
                for (int k = 0; k < x.c(); k++) {
                    sum += parameter(parameters, name + ".weight", o * x.c() + k) * x.at(n, 0, 0, k);
                }
                return sum;
            });
        }
        throw new IllegalArgumentException("No reference for " + operation);
    }

    private Maps convolve(Convolution convolution, String name, double[] parameters, Maps x) {
        Window window = convolution.window();
        int size = window.size();
        boolean biased = segments.containsKey(name + ".bias");
        int weights = segments.get(name + ".weight").offset();
        return map(x.n(), window.outputSize(x.h()), window.outputSize(x.w()), convolution.outputs(), (n, i, j, o) -> {
            double sum = biased ? parameter(parameters, name + ".bias", o) : 0;
            for (int dy = 0; dy < size; dy++) {
                for (int dx = 0; dx < size; dx++) {
                    int y = i * window.stride() - window.padding() + dy;
                    int column = j * window.stride() - window.padding() + dx;
                    for (int c = 0; c < x.c(); c++) {
                        int weight = weights + ((o * x.c() + c) * size + dy) * size + dx;
                        sum += parameters[weight] * x.at(n, y, column, c);
                    }
                }
            }
            return sum;
        });
    }

    private Maps normalise(Activation activation, String name, double[] parameters, Maps x, Mode mode) {
        double[] mean = new double[x.c()];
        double[] variance = new double[x.c()];
        int samples = x.n() * x.h() * x.w();
        for (int c = 0; c < x.c(); c++) {
            if (mode == Mode.INFERENCE) {
                mean[c] = parameter(parameters, name + ".running_mean", c);
                variance[c] = parameter(parameters, name + ".running_var", c);
                continue;
            }
            for (int i = c; i < x.values().length; i += x.c()) {
                mean[c] += x.values()[i] / samples;
            }
            for (int i = c; i < x.values().length; i += x.c()) {
                variance[c] += Math.pow(x.values()[i] - mean[c], 2) / samples;
            }
        }
        return map(x.n(), x.h(), x.w(), x.c(), (n, i, j, c) -> {
            double standard = (x.at(n, i, j, c) - mean[c]) / Math.sqrt(variance[c] + 1e-5);
            double scale = parameter(parameters, name + ".weight", c);
            return activate(activation, scale * standard + parameter(parameters, name + ".bias", c));
        });
    }

    private static Maps maximum(Window window, Maps x) {
        return map(x.n(), window.outputSize(x.h()), window.outputSize(x.w()), x.c(), (n, i, j, c) -> {
            double largest = Double.NEGATIVE_INFINITY;
            int top = i * window.stride() - window.padding();
            int left = j * window.stride() - window.padding();
            for (int y = Math.max(0, top); y < Math.min(x.h(), top + window.size()); y++) {
                for (int column = Math.max(0, left); column < Math.min(x.w(), left + window.size()); column++) {
                    largest = Math.max(largest, x.at(n, y, column, c));
                }
            }
            return largest;
        });
    }

    private static double mean(Maps x, int image, int channel) {
        double sum = 0;
        for (int y = 0; y < x.h(); y++) {
            for (int column = 0; column < x.w(); column++) {
                sum += x.at(image, y, column, channel);
            }
        }
        return sum / (x.h() * x.w());
    }

    private static double activate(Activation activation, double value) {
        return activation == Activation.RELU ? Math.max(0, value) : value;
    }

    private double parameter(double[] parameters, String key, int index) {
        return parameters[segments.get(key).offset() + index];
    }

    private static Maps map(int n, int h, int w, int c, PixelFunction function) {
        Maps result = new Maps(n, h, w, c);
        for (int image = 0; image < n; image++) {
            for (int y = 0; y < h; y++) {
                for (int x = 0; x < w; x++) {
                    for (int channel = 0; channel < c; channel++) {
                        result.values()[result.index(image, y, x, channel)] = function.at(image, y, x, channel);
                    }
                }
            }
        }
        return result;
    }
}
