package io.resnetspark.bench.primitive;

import io.resnetspark.model.kernel.ComputeThreads;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Operands of the primitives, and the threads that work on them. */
final class Operands {

    private Operands() {}

    /** The threads that this fork was given; see {@link Primitives}. */
    static int threads() {
        int threads =
                Integer.getInteger(Primitives.THREADS, Runtime.getRuntime().availableProcessors());
        ComputeThreads.use(threads);
        return threads;
    }

    /** Standard normal values. */
    static INDArray random(long... shape) {
        INDArray array = Nd4j.create(shape);
        SplittableRandom random = new SplittableRandom(array.length());
        float[] values = new float[Math.toIntExact(array.length())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return array.assign(Nd4j.create(values, shape, 'c'));
    }
}
