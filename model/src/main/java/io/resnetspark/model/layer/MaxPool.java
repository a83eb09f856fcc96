package io.resnetspark.model.layer;

import io.resnetspark.model.kernel.PoolingKernel;
import io.resnetspark.model.program.Compilable;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.ProgramCompiler;
import io.resnetspark.model.program.Step;
import io.resnetspark.model.program.Window;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Max pooling, {@code [N, H, W, C]} to {@code [N, H', W', C]}; padding never wins. */
public final class MaxPool extends KernelLayerConf implements Compilable {

    private static final long serialVersionUID = 1L;

    private final int size;
    private final int stride;
    private final int padding;

    @JsonCreator
    public MaxPool(
            @JsonProperty("size") int size, @JsonProperty("stride") int stride, @JsonProperty("padding") int padding) {
        this.size = size;
        this.stride = stride;
        this.padding = padding;
    }

    public Window window() {
        return new Window(size, stride, padding);
    }

    @Override
    public List<ParameterSpec> parameters() {
        return List.of();
    }

    @Override
    public Step compile(ProgramCompiler.Vertex vertex) {
        ImageShape shape = vertex.input().shape();
        return new Step.MaxPool(vertex.input(), window(), vertex.output(shape.through(window(), shape.channels())));
    }

    @Override
    public long multiplyAccumulates(InputType input) {
        return 0;
    }

    @Override
    InputType outputType(InputType input) {
        ImageShape shape = ImageInput.one(input);
        return ImageInput.type(shape.through(window(), shape.channels()));
    }

    @Override
    KernelLayer<MaxPool> instantiate(NeuralNetConfiguration conf, DataType dataType) {
        return new MaxPoolLayer(conf, dataType);
    }

    private static final class MaxPoolLayer extends KernelLayer<MaxPool> {

        private static final long serialVersionUID = 1L;

        private final transient KernelCache<ImageShape, PoolingKernel> cache = new KernelCache<>();

        MaxPoolLayer(NeuralNetConfiguration conf, DataType dataType) {
            super(conf, dataType);
        }

        private PoolingKernel kernel() {
            return cache.of(ImageShape.of(input.shape()), shape -> kernels()
                    .maxPool(shape, layerConf().window()));
        }

        @Override
        INDArray forward(boolean training, LayerWorkspaceMgr workspaces) {
            ImageShape shape = ImageShape.of(input.shape());
            INDArray result = newOutput(
                    workspaces,
                    shape.through(layerConf().window(), shape.channels()).toArray());
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
