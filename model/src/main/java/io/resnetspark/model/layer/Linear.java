package io.resnetspark.model.layer;

import io.resnetspark.model.kernel.LinearKernel;
import io.resnetspark.model.program.Compilable;
import io.resnetspark.model.program.ProgramCompiler;
import io.resnetspark.model.program.Step;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Fully connected layer without activation, {@code [N, in]} to {@code [N, out]}. Parameters: {@code weight [out, in]} and
 * {@code bias [out]}, initialised as PyTorch does.
 */
public final class Linear extends KernelLayerConf implements Compilable {

    private static final long serialVersionUID = 1L;

    private final int inputs;
    private final int outputs;

    @JsonCreator
    public Linear(@JsonProperty("inputs") int inputs, @JsonProperty("outputs") int outputs) {
        this.inputs = inputs;
        this.outputs = outputs;
    }

    public int inputs() {
        return inputs;
    }

    public int outputs() {
        return outputs;
    }

    @Override
    public List<ParameterSpec> parameters() {
        Initialization uniform = new Initialization.UniformFanIn(inputs);
        return List.of(
                new ParameterSpec("weight", new long[] {outputs, inputs}, uniform, ParameterSpec.Kind.WEIGHT),
                new ParameterSpec("bias", new long[] {outputs}, uniform, ParameterSpec.Kind.SCALE_OR_BIAS));
    }

    @Override
    public Step compile(ProgramCompiler.Vertex vertex) {
        return new Step.Linear(
                vertex.input(inputs),
                vertex.parameter("weight"),
                vertex.parameter("bias"),
                vertex.learning(),
                vertex.output(outputs));
    }

    @Override
    public long multiplyAccumulates(InputType input) {
        return (long) inputs * outputs;
    }

    @Override
    InputType outputType(InputType input) {
        return InputType.feedForward(outputs);
    }

    @Override
    KernelLayer<Linear> instantiate(NeuralNetConfiguration conf, DataType dataType) {
        return new LinearLayer(conf, dataType);
    }

    private static final class LinearLayer extends KernelLayer<Linear> {

        private static final long serialVersionUID = 1L;

        private final transient KernelCache<Long, LinearKernel> cache = new KernelCache<>();

        LinearLayer(NeuralNetConfiguration conf, DataType dataType) {
            super(conf, dataType);
        }

        private LinearKernel kernel() {
            return cache.of(input.size(0), batch -> kernels()
                    .linear(Math.toIntExact(batch), layerConf().inputs, layerConf().outputs));
        }

        @Override
        INDArray forward(boolean training, LayerWorkspaceMgr workspaces) {
            INDArray result = newOutput(workspaces, input.size(0), layerConf().outputs);
            kernel().forward(input, parameter("weight"), parameter("bias"), result);
            return result;
        }

        @Override
        INDArray backward(INDArray outputGradient, LayerWorkspaceMgr workspaces) {
            if (!frozen()) {
                kernel().backwardWeight(input, outputGradient, gradient("weight"), gradient("bias"));
            }
            if (inputGradientSpared()) {
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
