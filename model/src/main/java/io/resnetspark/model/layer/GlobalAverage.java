package io.resnetspark.model.layer;

import io.resnetspark.model.kernel.PoolingKernel;
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

/** Mean over height and width, {@code [N, H, W, C]} to {@code [N, C]}. */
public final class GlobalAverage extends KernelLayerConf implements Compilable {

    private static final long serialVersionUID = 1L;

    @Override
    public List<ParameterSpec> parameters() {
        return List.of();
    }

    @Override
    public Step compile(ProgramCompiler.Vertex vertex) {
        return new Step.GlobalAverage(
                vertex.input(), vertex.output(vertex.input().channels()));
    }

    @Override
    public long multiplyAccumulates(InputType input) {
        return 0;
    }

    @Override
    InputType outputType(InputType input) {
        return InputType.feedForward(ImageInput.one(input).channels());
    }

    @Override
    KernelLayer<GlobalAverage> instantiate(NeuralNetConfiguration conf, DataType dataType) {
        return new GlobalAverageLayer(conf, dataType);
    }

    private static final class GlobalAverageLayer extends KernelLayer<GlobalAverage> {

        private static final long serialVersionUID = 1L;

        private final transient KernelCache<ImageShape, PoolingKernel> cache = new KernelCache<>();

        GlobalAverageLayer(NeuralNetConfiguration conf, DataType dataType) {
            super(conf, dataType);
        }

        private PoolingKernel kernel() {
            return cache.of(ImageShape.of(input.shape()), shape -> kernels().globalAverage(shape));
        }

        @Override
        INDArray forward(boolean training, LayerWorkspaceMgr workspaces) {
            INDArray result = newOutput(workspaces, input.size(0), input.size(3));
            kernel().forward(input, result);
            return result;
        }

        @Override
        INDArray backward(INDArray outputGradient, LayerWorkspaceMgr workspaces) {
            INDArray inputGradient = newInputGradient(workspaces);
            kernel().backward(input, outputGradient, inputGradient);
            return inputGradient;
        }

        @Override
        void forgetKernels() {
            cache.clear();
        }
    }
}
