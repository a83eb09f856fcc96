package io.resnetspark.model.layer;

import io.resnetspark.model.kernel.ReluKernel;
import io.resnetspark.model.program.Compilable;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.ProgramCompiler;
import io.resnetspark.model.program.Step;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code max(0, x)}, {@code [N, H, W, C]} to the same shape, for networks whose convolutions no batch norm follows. */
public final class Relu extends KernelLayerConf implements Compilable {

    private static final long serialVersionUID = 1L;

    @Override
    public List<ParameterSpec> parameters() {
        return List.of();
    }

    @Override
    public Step compile(ProgramCompiler.Vertex vertex) {
        return new Step.Relu(vertex.input(), vertex.output(vertex.input().shape()));
    }

    @Override
    public long multiplyAccumulates(InputType input) {
        return 0;
    }

    @Override
    InputType outputType(InputType input) {
        return input;
    }

    @Override
    KernelLayer<Relu> instantiate(NeuralNetConfiguration conf, DataType dataType) {
        return new ReluLayer(conf, dataType);
    }

    private static final class ReluLayer extends KernelLayer<Relu> {

        private static final long serialVersionUID = 1L;

        private final transient KernelCache<ImageShape, ReluKernel> cache = new KernelCache<>();
        private transient INDArray output;

        ReluLayer(NeuralNetConfiguration conf, DataType dataType) {
            super(conf, dataType);
        }

        private ReluKernel kernel() {
            return cache.of(ImageShape.of(input.shape()), kernels()::relu);
        }

        @Override
        INDArray forward(boolean training, LayerWorkspaceMgr workspaces) {
            output = newOutput(workspaces, input.shape());
            kernel().forward(input, output);
            return output;
        }

        @Override
        INDArray backward(INDArray outputGradient, LayerWorkspaceMgr workspaces) {
            INDArray inputGradient = newInputGradient(workspaces);
            kernel().backward(output, outputGradient, inputGradient);
            return inputGradient;
        }

        @Override
        public void clear() {
            super.clear();
            output = null;
        }

        @Override
        void forgetKernels() {
            cache.clear();
        }
    }
}
