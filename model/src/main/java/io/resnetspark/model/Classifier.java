package io.resnetspark.model;

/** A network ready to classify: normalised pixels in, logits out. Owned by one thread at a time. */
public interface Classifier extends AutoCloseable {

    /** Number of classes, the length of one row of logits. */
    int classes();

    /**
     * Runs the network in inference mode.
     *
     * @param images normalised pixels, shape {@code [N, H, W, C]}, row-major; may be longer than the batch
     * @param count the number N of images to classify
     * @return logits, shape {@code [N, classes]}, row-major
     */
    float[] logits(float[] images, int count);

    @Override
    void close();
}
