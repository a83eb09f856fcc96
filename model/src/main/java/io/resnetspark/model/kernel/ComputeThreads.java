package io.resnetspark.model.kernel;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * The one place that decides how many threads a training or inference task computes with. Threads times concurrent tasks
 * must not exceed the cores: oneDNN's and ND4J's OpenMP threads wait actively for each other, and an oversubscribed
 * machine runs several times slower.
 */
public final class ComputeThreads {

    private ComputeThreads() {}

    /**
     * Threads for each of {@code concurrentTasks} tasks that share {@code cores} cores.
     *
     * @return at least 1
     */
    public static int share(int cores, int concurrentTasks) {
        return Math.max(1, cores / Math.max(1, concurrentTasks));
    }

    /** Threads that the calling thread computes with. */
    public static int ofThisThread() {
        Nd4j.getBackend(); // as below
        return NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
    }

    /** Sets the number of threads for all kernels that the calling thread makes and runs from now on. */
    public static void use(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
        Nd4j.getBackend(); // loads the native library, without which the holder below fails
        // OpenMP keeps this number per calling thread, so tasks of one executor do not disturb each other.
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
    }
}
