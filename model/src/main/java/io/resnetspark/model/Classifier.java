package io.resnetspark.model;

/** A network ready to classify: normalised pixels in, logits out. Owned by one thread at a time. */
public interface Classifier extends AutoCloseable {

    /** Number of classes, the length of one row of logits. */
    int classes();

    /** Length of one row of embeddings. */
    int embeddingLength();

    /**
     * Runs the network in inference mode.
     *
     * @param images normalised pixels, shape {@code [N, H, W, C]}, row-major; may be longer than the batch
     * @param count the number N of images to classify
     */
    Outputs classify(float[] images, int count);

    /** The logits of {@link #classify}, shape {@code [N, classes]}, row-major. */
    default float[] logits(float[] images, int count) {
        return classify(images, count).logits();
    }

    @Override
    void close();

    /**
     * What a network says about a batch.
     *
     * @param logits shape {@code [N, classes]}, row-major
     * @param embeddings what the head reads: the global averages of the last stage, shape {@code [N, embeddingLength]},
     *     row-major
     */
    @SuppressWarnings("ArrayRecordComponent") // a pair to be taken apart, never compared
    record Outputs(float[] logits, float[] embeddings) {}
}
