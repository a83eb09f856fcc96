package io.resnetspark.model.layer;

import io.resnetspark.model.kernel.PadShortcutKernel;
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

/**
 * Shortcut of option A, without parameters: every {@code stride}-th pixel, and zero channels for the new dimensions. He et
 * al. 2015, arXiv:1512.03385, section 3.3. The zeros are split evenly before and after, as the published CIFAR weights
 * expect.
 */
public final class PadShortcut extends KernelLayerConf implements Compilable {

    private static final long serialVersionUID = 1L;

    private final int stride;
    private final int outputs;

    @JsonCreator
    public PadShortcut(@JsonProperty("stride") int stride, @JsonProperty("outputs") int outputs) {
        this.stride = stride;
        this.outputs = outputs;
    }

    public int outputs() {
        return outputs;
    }

    /** The pixels it keeps: windows of one pixel. */
    public Window window() {
        return new Window(1, stride, 0);
    }

    private ImageShape output(ImageShape input) {
        return input.through(window(), outputs);
    }

    @Override
    public List<ParameterSpec> parameters() {
        return List.of();
    }

    @Override
    public Step compile(ProgramCompiler.Vertex vertex) {
        return new Step.PadShortcut(
                vertex.input(), stride, vertex.output(output(vertex.input().shape())));
    }

    @Override
    public long multiplyAccumulates(InputType input) {
        return 0;
    }

    @Override
    InputType outputType(InputType input) {
        return ImageInput.type(output(ImageInput.one(input)));
    }

    @Override
    KernelLayer<PadShortcut> instantiate(NeuralNetConfiguration conf, DataType dataType) {
        return new PadShortcutLayer(conf, dataType);
    }

    private static final class PadShortcutLayer extends KernelLayer<PadShortcut> {

        private static final long serialVersionUID = 1L;

        private final transient KernelCache<ImageShape, PadShortcutKernel> cache = new KernelCache<>();

        PadShortcutLayer(NeuralNetConfiguration conf, DataType dataType) {
            super(conf, dataType);
        }

        private PadShortcutKernel kernel() {
            return cache.of(ImageShape.of(input.shape()), shape -> kernels()
                    .padShortcut(shape, layerConf().stride, layerConf().outputs));
        }

        @Override
        INDArray forward(boolean training, LayerWorkspaceMgr workspaces) {
            INDArray result = newOutput(
                    workspaces, layerConf().output(ImageShape.of(input.shape())).toArray());
            kernel().forward(input, result);
            return result;
        }

        @Override
        INDArray backward(INDArray outputGradient, LayerWorkspaceMgr workspaces) {
            INDArray inputGradient = newInputGradient(workspaces);
            kernel().backward(outputGradient, inputGradient);
            return inputGradient;
        }

        @Override
        void forgetKernels() {
            cache.clear();
        }
    }
}
