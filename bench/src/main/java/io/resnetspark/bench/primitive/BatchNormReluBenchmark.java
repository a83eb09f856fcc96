package io.resnetspark.bench.primitive;

import io.resnetspark.model.kernel.BatchNormKernel;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.Statistics;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Batch norm with ReLU, in training. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.SECONDS)
public class BatchNormReluBenchmark {

    /** Input, twice: for the statistics and to normalise; output. */
    static final int FORWARD_PASSES = 3;
    /** Input and output gradient, twice: for the sums and for the gradient; input gradient. */
    static final int BACKWARD_PASSES = 5;

    @Param({"16x112x112x64", "16x56x56x64", "16x28x28x128", "16x14x14x256", "128x32x32x16", "128x16x16x32"})
    public String shape;

    private BatchNormKernel kernel;
    private INDArray input;
    private INDArray output;
    private INDArray inputGradient;
    private INDArray outputGradient;
    private INDArray scale;
    private INDArray shift;
    private INDArray mean;
    private INDArray variance;
    private INDArray scaleGradient;
    private INDArray shiftGradient;

    @Setup
    public void makeKernel() {
        Operands.threads();
        ImageShape maps = MapShape.parse(shape);
        kernel = Kernels.ofThisProcess().batchNorm(maps, 1e-5f, Activation.RELU, Statistics.BATCH);
        input = Operands.random(maps.toArray());
        output = Operands.random(maps.toArray());
        inputGradient = Operands.random(maps.toArray());
        outputGradient = Operands.random(maps.toArray());
        scale = Operands.random(maps.channels());
        shift = Operands.random(maps.channels());
        mean = Operands.random(maps.channels());
        variance = Operands.random(maps.channels());
        scaleGradient = Operands.random(maps.channels());
        shiftGradient = Operands.random(maps.channels());
        forward(); // backward needs what it keeps
    }

    @Benchmark
    public final INDArray forward() {
        kernel.forward(input, scale, shift, mean, variance, output);
        return output;
    }

    @Benchmark
    public INDArray backward() {
        kernel.backward(
                input, output, outputGradient, scale, mean, variance, inputGradient, scaleGradient, shiftGradient);
        return inputGradient;
    }
}
