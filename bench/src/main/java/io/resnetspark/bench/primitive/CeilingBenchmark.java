package io.resnetspark.bench.primitive;

import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.LinearKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What the machine can do at most: a large matrix product and a large copy. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.SECONDS)
public class CeilingBenchmark {

    private static final int MATRIX = 2048;
    private static final int COPIED_FLOATS = 1 << 26;

    /** Of {@link #matrixProduct}. */
    static final double PRODUCT_FLOPS = 2.0 * MATRIX * MATRIX * MATRIX;
    /** Of {@link #copy}: read and written. */
    static final double COPY_BYTES = 2.0 * COPIED_FLOATS * Float.BYTES;

    private LinearKernel product;
    private INDArray left;
    private INDArray right;
    private INDArray bias;
    private INDArray result;

    private float[] source;
    private float[] target;
    private ExecutorService copiers;
    private List<Callable<Void>> parts;

    @Setup
    public void makeOperands() {
        int threads = Operands.threads();
        product = Kernels.ofThisProcess().linear(MATRIX, MATRIX, MATRIX);
        left = Operands.random(MATRIX, MATRIX);
        right = Operands.random(MATRIX, MATRIX);
        result = Operands.random(MATRIX, MATRIX);
        bias = Operands.random(MATRIX);
        source = new float[COPIED_FLOATS];
        target = new float[COPIED_FLOATS];
        copiers = Executors.newFixedThreadPool(threads);
        parts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int start = (int) ((long) COPIED_FLOATS * i / threads);
            int end = (int) ((long) COPIED_FLOATS * (i + 1) / threads);
            parts.add(() -> {
                System.arraycopy(source, start, target, start, end - start);
                return null;
            });
        }
    }

    @TearDown
    public void stopCopiers() {
        copiers.shutdown();
    }

    @Benchmark
    public INDArray matrixProduct() {
        product.forward(left, right, bias, result);
        return result;
    }

    @Benchmark
    public float[] copy() throws InterruptedException {
        copiers.invokeAll(parts);
        return target;
    }
}
