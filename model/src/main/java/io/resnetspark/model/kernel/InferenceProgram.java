package io.resnetspark.model.kernel;

/** A {@link StraightNetwork} made ready for one batch size. Owned by one thread at a time. */
public interface InferenceProgram extends AutoCloseable {

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

    /** Frees the memory at once; a closed program must not run. */
    @Override
    void close();
}
