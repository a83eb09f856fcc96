package io.resnetspark.model.onnx;

import static io.resnetspark.model.onnx.OnnxGraph.attribute;

import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.InferenceProgram;
import io.resnetspark.model.program.Quantization;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.Step.Convolution;
import io.resnetspark.model.program.Step.GlobalAverage;
import io.resnetspark.model.program.Step.Linear;
import io.resnetspark.model.program.Step.MaxPool;
import io.resnetspark.model.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A folded network of 8-bit integers as pairs of QuantizeLinear and DequantizeLinear around its maps, its filters as int8 with
 * one scale for each output channel, biases as int32. Runtimes turn each convolution between such pairs into one of integers.
 * A residual sum is added before the pair, as here: what a branch adds is not rounded by itself.
 */
final class QuantizedNetwork {

    private final OnnxGraph graph;
    private final InferenceProgram inference;
    private final Map<Value, Float> steps;
    private final Set<Value> unsigned;
    /** Names of the dequantised maps, and of the features. */
    private final Map<Value, String> values = new HashMap<>();

    private QuantizedNetwork(OnnxGraph graph, InferenceProgram inference) {
        this.graph = graph;
        this.inference = inference;
        this.steps = inference.mapSteps();
        this.unsigned = inference.unsigned();
    }

    /**
     * Appends a network.
     *
     * @param images name of the normalised images, {@code [N, C, H, W]}
     */
    static void append(OnnxGraph graph, InferenceProgram inference, String images) {
        QuantizedNetwork network = new QuantizedNetwork(graph, inference);
        network.quantized(inference.program().images(), images);
        inference.program().steps().forEach(network::append);
    }

    private void append(Step step) {
        String name = step.output().name();
        String input = values.get(step.inputs().get(0));
        if (step instanceof Convolution convolution) {
            quantized(convolution.output(), convolution(convolution, input));
        } else if (step instanceof MaxPool pool) {
            quantized(pool.output(), graph.node("MaxPool", name, List.of(input), OnnxModel.window(pool.window())));
        } else if (step instanceof GlobalAverage average) {
            String mean = graph.node("GlobalAveragePool", name, List.of(input));
            values.put(average.output(), graph.node("Flatten", name + ".flat", List.of(mean)));
        } else if (step instanceof Linear linear) {
            long outputs = linear.output().channels();
            float[] all = inference.parameters();
            String weight = graph.floats(
                    name + ".weight",
                    linear.weight().of(all),
                    outputs,
                    linear.input().channels());
            String bias = graph.floats(name + ".bias", linear.bias().of(all), outputs);
            graph.node("Gemm", OnnxModel.LOGITS, List.of(input, weight, bias), attribute("transB", 1));
        } else {
            throw new IllegalArgumentException("Cannot write " + step);
        }
    }

    private String convolution(Convolution step, String input) {
        String name = step.output().name();
        int outputs = step.output().channels();
        float[] all = inference.parameters();
        Quantization.Weights filters = Quantization.Weights.of(step.weight().of(all), outputs);
        int size = step.window().size();
        String weight = dequantized(
                graph.bytes(
                        name + ".weight_quantized",
                        filters.values(),
                        outputs,
                        step.input().channels(),
                        size,
                        size),
                graph.floats(name + ".weight_scale", filters.steps(), outputs),
                graph.bytes(name + ".weight_zero_point", new byte[outputs], outputs),
                name + ".weight");
        List<String> operands = new ArrayList<>(List.of(input, weight));
        step.bias().ifPresent(slice -> operands.add(bias(step, slice.of(all), filters.steps())));
        String sum = graph.node("Conv", name + ".conv", operands, OnnxModel.window(step.window()));
        if (step.addend().isPresent()) {
            sum = graph.node(
                    "Add", name + ".sum", List.of(sum, values.get(step.addend().get())));
        }
        return step.activation() == Activation.RELU ? graph.node("Relu", name + ".relu", List.of(sum)) : sum;
    }

    /** In steps of the products that it is added to. */
    private String bias(Convolution step, float[] bias, float[] filterSteps) {
        String name = step.output().name();
        float[] scales = new float[bias.length];
        int[] whole = new int[bias.length];
        for (int i = 0; i < bias.length; i++) {
            scales[i] = steps.get(step.input()) * filterSteps[i];
            whole[i] = (int) Math.rint((double) bias[i] / scales[i]); // saturates
        }
        return graph.node(
                "DequantizeLinear",
                name + ".bias",
                List.of(
                        graph.int32(name + ".bias_quantized", whole),
                        graph.floats(name + ".bias_scale", scales, scales.length)),
                attribute("axis", 0));
    }

    private String dequantized(String whole, String scale, String zero, String name) {
        return graph.node("DequantizeLinear", name, List.of(whole, scale, zero), attribute("axis", 0));
    }

    private void quantized(Value map, String floats) {
        String name = map.name();
        String scale = graph.floats(name + ".scale", new float[] {steps.get(map)});
        String zero = unsigned.contains(map)
                ? graph.unsignedByte(name + ".zero_point", 0)
                : graph.bytes(name + ".zero_point", new byte[1]);
        String whole = graph.node("QuantizeLinear", name + ".quantized", List.of(floats, scale, zero));
        values.put(map, graph.node("DequantizeLinear", name + ".dequantized", List.of(whole, scale, zero)));
    }
}
