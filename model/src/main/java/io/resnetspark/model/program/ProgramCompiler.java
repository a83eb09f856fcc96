package io.resnetspark.model.program;

import io.resnetspark.model.program.Step.BatchNorm;
import io.resnetspark.model.program.Step.Learning;
import io.resnetspark.model.program.Step.ResidualAdd;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;

/**
 * Turns a network's graph into a {@link Program} by asking the logits for their inputs, those for theirs, and so on. Each
 * vertex is one step, except that a residual sum joins the batch norm that ends its branch. Shortcuts are computed before
 * branches.
 */
public final class ProgramCompiler {

    private final ComputationGraphConfiguration graph;
    private final Map<String, ParameterSlice> parameters;
    private final Set<String> frozen;
    private final Map<String, Value> values = new HashMap<>();
    private final List<Step> steps = new ArrayList<>();

    private ProgramCompiler(
            ComputationGraphConfiguration graph, Map<String, ParameterSlice> parameters, Set<String> frozen) {
        this.graph = graph;
        this.parameters = parameters;
        this.frozen = frozen;
    }

    /**
     * @param graph from one input to one output, the loss, which reads the logits
     * @param parameters where each parameter lies in the flat vector, by {@code vertex.parameter}
     * @param frozen vertices whose parameters do not learn
     * @param image shape of one image, or of one pixel for a head alone
     * @throws IllegalArgumentException if the network takes no such images
     */
    public static Program compile(
            ComputationGraphConfiguration graph,
            Map<String, ParameterSlice> parameters,
            Set<String> frozen,
            ImageShape image) {
        ProgramCompiler compiler = new ProgramCompiler(graph, parameters, frozen);
        String input = graph.getNetworkInputs().get(0);
        Value images = new Value(0, image, input);
        compiler.values.put(input, images);
        String loss = graph.getNetworkOutputs().get(0);
        compiler.value(graph.getVertexInputs().get(loss).get(0));
        int length =
                parameters.values().stream().mapToInt(ParameterSlice::end).max().orElse(0);
        return new Program(images, compiler.steps, length);
    }

    /** The value of a vertex, computed by steps that are appended first if they have not been yet. */
    private Value value(String vertex) {
        Value known = values.get(vertex);
        if (known == null) {
            List<Value> inputs = new ArrayList<>();
            List<String> names = graph.getVertexInputs().get(vertex);
            for (int i = names.size() - 1; i >= 0; i--) {
                inputs.add(value(names.get(i)));
            }
            Collections.reverse(inputs);
            known = append(operation(vertex).compile(new Vertex(vertex, inputs)));
            values.put(vertex, known);
        }
        return known;
    }

    private Compilable operation(String vertex) {
        GraphVertex configured = graph.getVertices().get(vertex);
        Object operation =
                configured instanceof LayerVertex layer ? layer.getLayerConf().getLayer() : configured;
        if (operation instanceof Compilable compilable) {
            return compilable;
        }
        throw new IllegalArgumentException("Cannot compile %s of %s".formatted(vertex, operation));
    }

    private Value append(Step step) {
        Step last = steps.isEmpty() ? null : steps.get(steps.size() - 1);
        if (step instanceof ResidualAdd add
                && last instanceof BatchNorm norm
                && norm.output().equals(add.branch())
                && norm.addend().isEmpty()
                && norm.activation() == Activation.IDENTITY) {
            steps.set(steps.size() - 1, norm.with(add));
        } else {
            steps.add(step);
        }
        return step.output();
    }

    /** A vertex that is being compiled. */
    public final class Vertex {

        private final String name;
        private final List<Value> inputs;

        private Vertex(String name, List<Value> inputs) {
            this.name = name;
            this.inputs = inputs;
        }

        public Value input() {
            return inputs.get(0);
        }

        /** The second input. */
        public Value otherInput() {
            return inputs.get(1);
        }

        /** @throws IllegalArgumentException if it does not have so many channels */
        public Value input(int channels) {
            if (input().channels() != channels) {
                throw new IllegalArgumentException(
                        "%s takes %d channels, not %d".formatted(name, channels, input().channels()));
            }
            return input();
        }

        public Value output(ImageShape shape) {
            return new Value(values.size(), shape, name);
        }

        /** A feature vector. */
        public Value output(int features) {
            return output(new ImageShape(1, 1, 1, features));
        }

        /** @param parameter the layer's own name */
        public ParameterSlice parameter(String parameter) {
            return parameters.get(name + "." + parameter);
        }

        public Learning learning() {
            return frozen.contains(name) ? Learning.FROZEN : Learning.TRAINED;
        }
    }
}
