package io.resnetspark.model.program;

/** Executes an {@link InferenceProgram} for one batch size. Owned by one thread at a time. */
public interface InferenceExecutor extends AutoCloseable {

    /** Images computed at once. */
    int batch();

    /**
     * Computes the logits of up to {@link #batch} images.
     *
     * @param images {@code [N, H, W, C]}, row-major
     * @param first index of the first image to compute
     * @param count number of images to compute
     * @param logits {@code [N, classes]}; the rows from {@code first} on are written
     * @param features {@code [N, width]}, what the last layer reads; the rows from {@code first} on are written
     */
    void run(float[] images, int first, int count, float[] logits, float[] features);

    /**
     * Computes images and shows every map as soon as it is there: for calibration.
     *
     * @param images {@code [N, H, W, C]}, row-major
     * @param count number of images, at most {@link #batch}
     * @throws UnsupportedOperationException if its kernels do not compute in 8-bit integers, and need none
     */
    default void observe(float[] images, int count, MapObserver observer) {
        throw new UnsupportedOperationException("These kernels do not show their maps");
    }

    /** Who is shown the maps. */
    interface MapObserver {

        /**
         * @param values of all images; only the first {@code length} count
         */
        void sees(Value value, float[] values, int length);
    }

    /** Frees the memory at once; a closed executor must not run. */
    @Override
    void close();
}
