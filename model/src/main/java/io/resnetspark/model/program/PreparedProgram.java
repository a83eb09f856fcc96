package io.resnetspark.model.program;

/** An {@link InferenceProgram} whose parameters lie where they are needed, once for any number of executors. Thread-safe. */
public interface PreparedProgram extends AutoCloseable {

    /**
     * Makes an executor, to be owned by the calling thread, with as many threads as that has.
     *
     * @param largestBatch images that usually come together; the executor may compute fewer at once
     */
    InferenceExecutor executor(int largestBatch);

    /**
     * Makes an executor that shows its maps, where these kernels have one; otherwise as {@link #executor}.
     *
     * @param largestBatch as there
     */
    default InferenceExecutor observable(int largestBatch) {
        return executor(largestBatch);
    }

    /** Frees the parameters at once; all executors must have been closed. */
    @Override
    void close();
}
