package io.resnetspark.bench.primitive;

import io.resnetspark.model.kernel.ConvolutionKernel;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.Kernels.Bias;
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

/** The convolutions of ResNet-18 at batch 16 and of ResNet-20 at batch 128. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ConvolutionBenchmark {

    @Param({
        "16x224x224x3_7x7/2_64",
        "16x56x56x64_3x3/1_64",
        "16x56x56x64_3x3/2_128",
        "16x56x56x64_1x1/2_128",
        "16x28x28x128_3x3/1_128",
        "16x14x14x256_3x3/1_256",
        "16x7x7x512_3x3/1_512",
        "128x32x32x3_3x3/1_16",
        "128x32x32x16_3x3/1_16",
        "128x16x16x32_3x3/1_32",
        "128x8x8x64_3x3/1_64"
    })
    public String shape;

    private ConvolutionKernel kernel;
    private INDArray input;
    private INDArray weight;
    private INDArray output;
    private INDArray inputGradient;
    private INDArray weightGradient;
    private INDArray outputGradient;

    @Setup
    public void makeKernel() {
        Operands.threads();
        ConvolutionShape convolution = ConvolutionShape.parse(shape);
        int size = convolution.window().size();
        kernel = Kernels.ofThisProcess()
                .convolution(convolution.input(), convolution.filters(), convolution.window(), Bias.NONE);
        input = Operands.random(convolution.input().toArray());
        weight = Operands.random(convolution.filters(), convolution.input().channels(), size, size);
        output = Operands.random(convolution.output().toArray());
        outputGradient = Operands.random(convolution.output().toArray());
        inputGradient = Operands.random(convolution.input().toArray());
        weightGradient = weight.dup('c');
    }

    @Benchmark
    public INDArray forward() {
        kernel.forward(input, weight, null, output);
        return output;
    }

    @Benchmark
    public INDArray backwardInput() {
        kernel.backwardInput(outputGradient, weight, inputGradient);
        return inputGradient;
    }

    @Benchmark
    public INDArray backwardWeight() {
        kernel.backwardWeight(input, outputGradient, weightGradient, null);
        return weightGradient;
    }
}
