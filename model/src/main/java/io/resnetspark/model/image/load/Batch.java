package io.resnetspark.model.image.load;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * Prepared examples in memory that the loader uses again: valid until the next batch is asked for.
 *
 * <p>All buffers are direct, of native byte order, at position 0 and limited to this batch. They always start at the same
 * address for the same {@code slot}, so a wrapper around that memory can be kept per slot.
 *
 * @param slot which of the loader's {@link BatchLoader#slots()} buffers this is
 * @param count examples, at least 1, at most the loader's batch size
 * @param features {@code [count, inputSize, inputSize, channels]}, normalised; empty if the loader keeps samples
 * @param samples {@code [count, bytes of an image]}: unsigned bytes {@code [inputSize, inputSize, channels]}, and what a
 *     device does to them; empty unless the loader keeps samples
 * @param targets {@code [count, classes]}, rows sum to 1: one-hot, or soft where labels are smoothed or images mixed; all
 *     zero for an unlabelled example
 * @param labels {@code [count]} class indices before smoothing and mixing
 * @param indices {@code [count]} positions in the source
 */
public record Batch(
        int slot,
        int count,
        FloatBuffer features,
        ByteBuffer samples,
        FloatBuffer targets,
        int[] labels,
        int[] indices) {

    /** What a loader leaves in memory. */
    public enum Pixels {
        /** Floats, as the network takes them. */
        NORMALISED,
        /** A quarter of that, for a device that does the rest: changes colours, normalises, erases and mixes. */
        SAMPLES
    }
}
