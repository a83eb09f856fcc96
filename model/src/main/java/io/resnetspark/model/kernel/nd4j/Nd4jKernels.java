package io.resnetspark.model.kernel.nd4j;

import io.resnetspark.model.kernel.BatchNormKernel;
import io.resnetspark.model.kernel.ConvolutionKernel;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.KernelsProvider;
import io.resnetspark.model.kernel.LinearKernel;
import io.resnetspark.model.kernel.PadShortcutKernel;
import io.resnetspark.model.kernel.PoolingKernel;
import io.resnetspark.model.kernel.ReluKernel;
import io.resnetspark.model.kernel.ResidualAddKernel;
import io.resnetspark.model.kernel.Statistics;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.InferenceExecutor;
import io.resnetspark.model.program.InferenceProgram;
import io.resnetspark.model.program.PreparedProgram;
import io.resnetspark.model.program.Window;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J operations: slower than oneDNN, but there for every ND4J backend. */
public final class Nd4jKernels implements Kernels {

    @Override
    public ConvolutionKernel convolution(ImageShape input, int outputChannels, Window window, Bias bias) {
        return new Nd4jConvolution(window, bias);
    }

    @Override
    public BatchNormKernel batchNorm(ImageShape shape, float epsilon, Activation activation, Statistics statistics) {
        return new Nd4jBatchNorm(shape, epsilon, activation, statistics);
    }

    @Override
    public ReluKernel relu(ImageShape shape) {
        return new Nd4jRelu();
    }

    @Override
    public ResidualAddKernel residualAdd(ImageShape shape, Activation activation) {
        return new Nd4jResidualAdd(activation);
    }

    @Override
    public PoolingKernel maxPool(ImageShape input, Window window) {
        return new Nd4jMaxPool(window);
    }

    @Override
    public PoolingKernel globalAverage(ImageShape input) {
        return new Nd4jGlobalAverage(input);
    }

    @Override
    public LinearKernel linear(int batch, int inputs, int outputs) {
        return new Nd4jLinear();
    }

    @Override
    public PadShortcutKernel padShortcut(ImageShape input, int stride, int outputChannels) {
        return new Nd4jPadShortcut(input, stride, outputChannels);
    }

    @Override
    public PreparedProgram inference(InferenceProgram program) {
        return new Prepared(this, program);
    }

    /** Every executor has arrays of its own. */
    private record Prepared(Nd4jKernels kernels, InferenceProgram program) implements PreparedProgram {

        @Override
        public InferenceExecutor executor(int largestBatch) {
            return new Nd4jInference(kernels, program, largestBatch);
        }

        @Override
        public void close() {}
    }

    @Override
    public String description() {
        return "ND4J operations (" + Nd4j.getBackend().getClass().getSimpleName() + ")";
    }

    /** How they are found. */
    public static final class Provider implements KernelsProvider {

        @Override
        public String name() {
            return "nd4j";
        }

        @Override
        public int priority() {
            return 0;
        }

        @Override
        public Kernels open() {
            return new Nd4jKernels();
        }
    }
}
