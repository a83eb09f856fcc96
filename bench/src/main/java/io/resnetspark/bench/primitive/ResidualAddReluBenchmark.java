package io.resnetspark.bench.primitive;

import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.ResidualAddKernel;
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

/** The sum of a residual block, with its ReLU. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ResidualAddReluBenchmark {

    /** Two arrays read, one written, in both directions. */
    static final int PASSES = 3;

    @Param({"16x56x56x64", "16x28x28x128", "16x14x14x256", "128x32x32x16", "128x16x16x32"})
    public String shape;

    private ResidualAddKernel kernel;
    private INDArray branch;
    private INDArray shortcut;
    private INDArray output;
    private INDArray inputGradient;
    private INDArray outputGradient;

    @Setup
    public void makeKernel() {
        Operands.threads();
        ImageShape maps = MapShape.parse(shape);
        kernel = Kernels.ofThisProcess().residualAdd(maps, Activation.RELU);
        branch = Operands.random(maps.toArray());
        shortcut = Operands.random(maps.toArray());
        output = Operands.random(maps.toArray());
        inputGradient = Operands.random(maps.toArray());
        outputGradient = Operands.random(maps.toArray());
    }

    @Benchmark
    public INDArray forward() {
        kernel.forward(branch, shortcut, output);
        return output;
    }

    @Benchmark
    public INDArray backward() {
        kernel.backward(output, outputGradient, inputGradient);
        return inputGradient;
    }
}
