package io.resnetspark.model.layer;

import io.resnetspark.model.kernel.ConvolutionKernel;
import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.program.Compilable;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.ParameterSlice;
import io.resnetspark.model.program.ProgramCompiler;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.Value;
import io.resnetspark.model.program.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * 2-D convolution, {@code [N, H, W, in]} to {@code [N, H', W', out]} with {@code H' = floor((H + 2 padding - size) /
 * stride) + 1}. Parameters: {@code weight [out, in, size, size]}, He fan-out initialised, and optionally {@code bias
 * [out]}.
 */
public final class Convolution extends KernelLayerConf implements Compilable {

    private static final long serialVersionUID = 1L;

    private final int inputs;
    private final int outputs;
    private final int size;
    private final int stride;
    private final int padding;
    private final Bias bias;
    private final InputGradient inputGradient;

    /** Whether anybody needs the gradient of a layer's input; nobody does where the input is the images. */
    public enum InputGradient {
        NEEDED,
        SKIPPED
    }

    @JsonCreator
    public Convolution(
            @JsonProperty("inputs") int inputs,
            @JsonProperty("outputs") int outputs,
            @JsonProperty("size") int size,
            @JsonProperty("stride") int stride,
            @JsonProperty("padding") int padding,
            @JsonProperty("bias") Bias bias,
            @JsonProperty("inputGradient") InputGradient inputGradient) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.size = size;
        this.stride = stride;
        this.padding = padding;
        this.bias = bias;
        this.inputGradient = inputGradient;
    }

    public int inputs() {
        return inputs;
    }

    public int outputs() {
        return outputs;
    }

    public Window window() {
        return new Window(size, stride, padding);
    }

    public Bias bias() {
        return bias;
    }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> parameters = new ArrayList<>();
        parameters.add(new ParameterSpec(
                "weight",
                new long[] {outputs, inputs, size, size},
                new Initialization.HeFanOut((long) outputs * size * size),
                ParameterSpec.Kind.WEIGHT));
        if (bias == Bias.ADDED) {
            parameters.add(new ParameterSpec(
                    "bias",
                    new long[] {outputs},
                    new Initialization.UniformFanIn((long) inputs * size * size),
                    ParameterSpec.Kind.SCALE_OR_BIAS));
        }
        return parameters;
    }

    @Override
    public Step compile(ProgramCompiler.Vertex vertex) {
        Value input = vertex.input(inputs);
        Value output = vertex.output(input.shape().through(window(), outputs));
        Optional<ParameterSlice> added = bias == Bias.ADDED ? Optional.of(vertex.parameter("bias")) : Optional.empty();
        return new Step.Convolution(input, window(), vertex.parameter("weight"), added, vertex.learning(), output);
    }

    @Override
    public long multiplyAccumulates(InputType input) {
        return ImageInput.one(outputType(input)).length() * inputs * size * size;
    }

    @Override
    InputType outputType(InputType input) {
        return ImageInput.type(ImageInput.one(input).through(window(), outputs));
    }

    @Override
    KernelLayer<Convolution> instantiate(NeuralNetConfiguration conf, DataType dataType) {
        return new ConvolutionLayer(conf, dataType);
    }

    private static final class ConvolutionLayer extends KernelLayer<Convolution> {

        private static final long serialVersionUID = 1L;

        private final transient KernelCache<ImageShape, ConvolutionKernel> cache = new KernelCache<>();

        ConvolutionLayer(NeuralNetConfiguration conf, DataType dataType) {
            super(conf, dataType);
        }

        private ConvolutionKernel kernel() {
            Convolution c = layerConf();
            return cache.of(
                    ImageShape.of(input.shape()), shape -> kernels().convolution(shape, c.outputs, c.window(), c.bias));
        }

        @Override
        INDArray forward(boolean training, LayerWorkspaceMgr workspaces) {
            ImageShape output = ImageShape.of(input.shape()).through(layerConf().window(), layerConf().outputs);
            INDArray result = newOutput(workspaces, output.toArray());
            kernel().forward(input, parameter("weight"), parameter("bias"), result);
            return result;
        }

        @Override
        INDArray backward(INDArray outputGradient, LayerWorkspaceMgr workspaces) {
            if (!frozen()) {
                kernel().backwardWeight(input, outputGradient, gradient("weight"), gradient("bias"));
            }
            if (inputGradientSpared() || layerConf().inputGradient == InputGradient.SKIPPED) {
                return null;
            }
            INDArray inputGradient = newInputGradient(workspaces);
            kernel().backwardInput(outputGradient, parameter("weight"), inputGradient);
            return inputGradient;
        }

        @Override
        void forgetKernels() {
            cache.clear();
        }
    }
}
