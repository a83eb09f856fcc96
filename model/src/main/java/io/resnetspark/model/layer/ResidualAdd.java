package io.resnetspark.model.layer;

import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.ResidualAddKernel;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.Compilable;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.ProgramCompiler;
import io.resnetspark.model.program.Step;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The sum of a residual block with its activation, {@code y = act(F(x) + shortcut(x))}; both inputs and the output are
 * {@code [N, H, W, C]}. He et al. 2015, arXiv:1512.03385, equation 1.
 */
@JsonAutoDetect(
        fieldVisibility = JsonAutoDetect.Visibility.ANY,
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public final class ResidualAdd extends GraphVertex implements Compilable {

    private static final long serialVersionUID = 1L;

    private final Activation activation;

    @JsonCreator
    public ResidualAdd(@JsonProperty("activation") Activation activation) {
        this.activation = activation;
    }

    public Activation activation() {
        return activation;
    }

    @Override
    public Step compile(ProgramCompiler.Vertex vertex) {
        return new Step.ResidualAdd(
                vertex.input(),
                vertex.otherInput(),
                activation,
                vertex.output(vertex.input().shape()));
    }

    @Override
    public GraphVertex clone() {
        return new ResidualAdd(activation);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ResidualAdd add && add.activation == activation;
    }

    @Override
    public int hashCode() {
        return activation.hashCode();
    }

    @Override
    public long numParams(boolean backprop) {
        return 0;
    }

    @Override
    public int minVertexInputs() {
        return 2;
    }

    @Override
    public int maxVertexInputs() {
        return 2;
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType... inputs) {
        if (!ImageInput.one(inputs[0]).equals(ImageInput.one(inputs[1]))) {
            throw new IllegalArgumentException("A residual branch and its shortcut must have the same shape: %s and %s"
                    .formatted(inputs[0], inputs[1]));
        }
        return inputs[0];
    }

    @Override
    public MemoryReport getMemoryReport(InputType... inputs) {
        return new LayerMemoryReport.Builder(null, ResidualAdd.class, inputs[0], inputs[0])
                .standardMemory(0, 0)
                .workingMemory(0, 0, 0, 0)
                .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
                .build();
    }

    @Override
    public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
            ComputationGraph graph,
            String name,
            int index,
            INDArray parameters,
            boolean initialize,
            DataType dataType) {
        return new Vertex(graph, name, index, activation, dataType);
    }

    private static final class Vertex extends BaseGraphVertex implements UsesKernels, SparesGradients {

        private static final long serialVersionUID = 1L;

        private final Activation activation;
        private final transient KernelLayer.KernelCache<ImageShape, ResidualAddKernel> cache =
                new KernelLayer.KernelCache<>();
        private transient Kernels kernels;
        private transient INDArray output;
        private Set<Integer> spared = Set.of();

        Vertex(ComputationGraph graph, String name, int index, Activation activation, DataType dataType) {
            super(graph, name, index, null, null, dataType);
            this.activation = activation;
        }

        private ResidualAddKernel kernel() {
            return cache.of(ImageShape.of(inputs[0].shape()), shape -> kernels().residualAdd(shape, activation));
        }

        @Override
        public Kernels kernels() {
            if (kernels == null) {
                kernels = Kernels.ofThisProcess();
            }
            return kernels;
        }

        @Override
        public void useKernels(Kernels chosen) {
            kernels = chosen;
            cache.clear();
        }

        @Override
        public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
            output = workspaces.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, inputs[0].shape(), 'c');
            kernel().forward(inputs[0], inputs[1], output);
            return output;
        }

        /**
         * Both inputs get the same array: whoever adds to it (the vertex where the block forked) does so after the other
         * reader is done, because vertices run backward in reverse topological order.
         */
        @Override
        public Pair<Gradient, INDArray[]> doBackward(boolean truncated, LayerWorkspaceMgr workspaces) {
            if (spared.size() == 2) {
                return new Pair<>(null, new INDArray[] {
                    SparesGradients.placeholder(workspaces), SparesGradients.placeholder(workspaces)
                });
            }
            INDArray gradient =
                    workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, epsilon.shape(), 'c');
            kernel().backward(output, epsilon, gradient);
            INDArray[] both = {gradient, gradient};
            for (int input : spared) {
                both[input] = SparesGradients.placeholder(workspaces);
            }
            return new Pair<>(null, both);
        }

        @Override
        public void spareInputGradients(Set<Integer> inputs) {
            spared = Set.copyOf(inputs);
        }

        @Override
        public void clear() {
            super.clear();
            output = null;
        }

        @Override
        public boolean hasLayer() {
            return false;
        }

        @Override
        public Layer getLayer() {
            return null;
        }

        @Override
        public void setBackpropGradientsViewArray(INDArray view) {
            if (view != null) {
                throw new IllegalArgumentException("A residual add has no parameters");
            }
        }

        @Override
        public Pair<INDArray, MaskState> feedForwardMaskArrays(INDArray[] masks, MaskState state, int minibatchSize) {
            return masks == null ? null : new Pair<>(masks[0], state);
        }

        @Override
        public String toString() {
            return "ResidualAdd(" + getVertexName() + ")";
        }
    }
}
