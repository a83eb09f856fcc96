package io.resnetspark.model.kernel;

/** A {@link StraightNetwork} on its kernels: the weights lie in their memory once, for any number of programs. Thread-safe. */
public interface PreparedNetwork extends AutoCloseable {

    /**
     * Makes a program of this network, to be owned by the calling thread, with as many threads as that has (see {@link
     * ComputeThreads}).
     *
     * @param largestBatch images that usually come together; the program may compute fewer at once
     */
    InferenceProgram program(int largestBatch);

    /** Frees the weights at once; all programs must have been closed. */
    @Override
    void close();
}
