package io.resnetspark.model.layer;

import io.resnetspark.model.kernel.BatchNormKernel;
import io.resnetspark.model.kernel.Statistics;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.Compilable;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.ProgramCompiler;
import io.resnetspark.model.program.Step;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Batch normalisation with an optional ReLU, {@code [N, H, W, C]} to the same shape. Ioffe and Szegedy 2015,
 * arXiv:1502.03167; running statistics as PyTorch keeps them: {@code running = (1 - momentum) running + momentum batch},
 * with the unbiased batch variance. Parameters, each {@code [C]}: {@code weight} (scale), {@code bias} (shift), {@code
 * mean} and {@code var} (running).
 */
public final class BatchNorm extends KernelLayerConf implements Compilable {

    private static final long serialVersionUID = 1L;

    /** PyTorch's default, which torchvision's ResNets use. */
    public static final float EPSILON = 1e-5f;

    /** PyTorch's default: the weight of the newest batch in the running statistics. */
    public static final float MOMENTUM = 0.1f;

    private final int channels;
    private final Activation activation;
    private final float initialScale;

    /** @param initialScale 1, or 0 for the last normalisation of a block that starts as the identity */
    @JsonCreator
    public BatchNorm(
            @JsonProperty("channels") int channels,
            @JsonProperty("activation") Activation activation,
            @JsonProperty("initialScale") float initialScale) {
        this.channels = channels;
        this.activation = activation;
        this.initialScale = initialScale;
    }

    public Activation activation() {
        return activation;
    }

    @Override
    public List<ParameterSpec> parameters() {
        return List.of(
                perChannel("weight", initialScale, ParameterSpec.Kind.SCALE_OR_BIAS),
                perChannel("bias", 0, ParameterSpec.Kind.SCALE_OR_BIAS),
                perChannel("mean", 0, ParameterSpec.Kind.RUNNING_MEAN),
                perChannel("var", 1, ParameterSpec.Kind.RUNNING_VARIANCE));
    }

    private ParameterSpec perChannel(String name, float value, ParameterSpec.Kind kind) {
        return new ParameterSpec(name, new long[] {channels}, new Initialization.Constant(value), kind);
    }

    @Override
    public Step compile(ProgramCompiler.Vertex vertex) {
        return new Step.BatchNorm(
                vertex.input(channels),
                vertex.parameter("weight"),
                vertex.parameter("bias"),
                vertex.parameter("mean"),
                vertex.parameter("var"),
                EPSILON,
                MOMENTUM,
                vertex.learning(),
                Optional.empty(),
                activation,
                vertex.output(vertex.input().shape()));
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
    KernelLayer<BatchNorm> instantiate(NeuralNetConfiguration conf, DataType dataType) {
        return new BatchNormLayer(conf, dataType);
    }

    private record KernelKey(ImageShape shape, Statistics statistics) {}

    private static final class BatchNormLayer extends KernelLayer<BatchNorm> implements NormalisesByBatch {

        private static final long serialVersionUID = 1L;

        private final transient KernelCache<KernelKey, BatchNormKernel> cache = new KernelCache<>();
        private transient INDArray batchMean;
        private transient INDArray batchVariance;
        private transient long batchSamples;
        private transient INDArray output;

        BatchNormLayer(NeuralNetConfiguration conf, DataType dataType) {
            super(conf, dataType);
        }

        private BatchNormKernel kernel(Statistics statistics) {
            return cache.of(new KernelKey(ImageShape.of(input.shape()), statistics), key -> kernels()
                    .batchNorm(key.shape(), EPSILON, layerConf().activation, statistics));
        }

        private Statistics statistics(boolean training) {
            return training && !frozen() ? Statistics.BATCH : Statistics.GIVEN;
        }

        @Override
        INDArray forward(boolean training, LayerWorkspaceMgr workspaces) {
            Statistics statistics = statistics(training);
            output = newOutput(workspaces, input.shape());
            if (statistics == Statistics.GIVEN) {
                kernel(statistics)
                        .forward(
                                input,
                                parameter("weight"),
                                parameter("bias"),
                                parameter("mean"),
                                parameter("var"),
                                output);
                return output;
            }
            if (batchMean == null) {
                try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
                    batchMean = Nd4j.create(DataType.FLOAT, layerConf().channels);
                    batchVariance = Nd4j.create(DataType.FLOAT, layerConf().channels);
                }
            }
            kernel(statistics).forward(input, parameter("weight"), parameter("bias"), batchMean, batchVariance, output);
            updateRunningStatistics();
            return output;
        }

        private void updateRunningStatistics() {
            batchSamples = input.size(0) * input.size(1) * input.size(2);
            float samples = (float) batchSamples;
            float unbiased = samples > 1 ? samples / (samples - 1) : 1;
            // a + (b - a) * m in place, without temporaries in the training loop's workspaces
            blend(parameter("mean"), batchMean, 1);
            blend(parameter("var"), batchVariance, unbiased);
        }

        @Override
        public float[] batchMean() {
            return batchMean.toFloatVector();
        }

        @Override
        public float[] batchVariance() {
            return batchVariance.toFloatVector();
        }

        @Override
        public long batchSamples() {
            return batchSamples;
        }

        private static void blend(INDArray running, INDArray batch, float correction) {
            running.muli(1 - MOMENTUM);
            Nd4j.getBlasWrapper().level1().axpy(running.length(), MOMENTUM * correction, batch, running);
        }

        @Override
        INDArray backward(INDArray outputGradient, LayerWorkspaceMgr workspaces) {
            boolean batch = !frozen();
            INDArray inputGradient = newInputGradient(workspaces);
            kernel(statistics(true))
                    .backward(
                            input,
                            output,
                            outputGradient,
                            parameter("weight"),
                            batch ? batchMean : parameter("mean"),
                            batch ? batchVariance : parameter("var"),
                            inputGradient,
                            gradient("weight"),
                            gradient("bias"));
            if (frozen()) {
                gradient("weight").assign(0);
                gradient("bias").assign(0);
            }
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
